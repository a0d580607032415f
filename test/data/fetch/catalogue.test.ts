import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, catalogueEntry } from '../../../src/data/fetch/catalogue';

test("the catalogue's mirrors are laid out as the data sets are looked for", () => {
  const keep = (name: string, entry: string, archive = 0) => catalogueEntry(name).archives[archive].keep(entry);
  assert.equal(keep('bsds500', 'BSR/BSDS500/data/images/train/100075.jpg'), 'train/100075.jpg');
  assert.equal(keep('bsds500', 'BSDS500-master/BSDS500/data/images/val/3096.jpg'), 'val/3096.jpg');
  assert.equal(keep('bsds500', 'BSR/BSDS500/data/groundTruth/val/3096.mat'), undefined);
  assert.equal(keep('bsds500', 'BSR/BSDS500/data/images/train/Thumbs.db'), undefined);
  assert.equal(keep('set5', 'Set5/image_SRF_2/img_001_SRF_2_HR.png'), 'image_SRF_2/img_001_SRF_2_HR.png');
  assert.equal(keep('set5', 'Set5/image_SRF_2/img_001_SRF_2_bicubic.png'), undefined);
  assert.equal(keep('set5', '__MACOSX/Set5/image_SRF_2/._img_001_SRF_2_HR.png'), undefined);
  assert.equal(keep('set14', 'Set14_HR/baboon.png'), 'HR/baboon.png');
  assert.equal(keep('bsd100', 'BSR/BSDS500/data/images/val/3096.jpg'), 'HR/3096.jpg');
  assert.equal(keep('bsd100', 'BSR/BSDS500/data/images/test/2018.jpg'), undefined);
  assert.equal(keep('div2k', 'DIV2K_valid_HR/0801.png', 1), '0801.png');
  assert.equal(keep('t91', 'SR_training_datasets/T91/t1.png'), 't1.png');
  assert.equal(keep('t91', 'SR_training_datasets/General100/im_1.bmp'), undefined);
  assert.equal(keep('general100', 'General100/im_1.bmp'), 'im_1.bmp');
  assert.equal(keep('bsd200', 'BSR/BSDS500/data/images/test/2018.jpg'), '2018.jpg');
  assert.equal(keep('pirm', 'PIRM_test_HR/201.png', 1), '201.png');
  const evaluated = 'Image-main/Data/Evaluation BSDS-200_Set-5_Set-14/baby.png';
  assert.equal(keep('report219', evaluated), 'baby.png');
  assert.equal(keep('report219', 'Image-main/Output Images/Evaluate SRCNN/baby.png'), undefined);
  for (const { archives, licence, onRequest } of catalogue) {
    assert.ok(licence);
    for (const { mirrors } of archives) assert.equal(mirrors.length === 0, onRequest !== undefined);
  }
});
