import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { luminance } from '../../src/image/color';
import { readImage } from '../../src/image/files';
import { imresize } from '../../src/image/resize';
import { ifc } from '../../src/measures/ifc';
import { cropToScale, imageOf, planesOf } from '../../src/protocols/planes';

const data = process.env.SRCNN_DATA_DIR ?? '',
  published = join(process.env.SRCNN_REFERENCE_DIR ?? '', 'bicubic-ifc-selfexsr.csv');
const skip = existsSync(join(data, 'Set5')) && existsSync(published) ? false : 'needs Set5 and the published IFC';

test(
  "IFC of bicubic on Set5 x3 is that of SelfExSR's tables, which 8-bit RGB pictures were made for",
  { skip },
  async () => {
    const rows = readFileSync(published, 'utf8').trim().split('\n');
    for (const row of rows.filter((line) => line.startsWith('Set5,3,'))) {
      const [, , index, , , expected] = row.split(',');
      const image = await readImage(join(data, 'Set5/image_SRF_3', `img_00${index}_SRF_3_HR.png`));
      const planes = planesOf(image).map((plane) => cropToScale(plane, 3));
      const { width, height } = planes[0];
      const bicubic = planes.map((plane) => {
        const small = imresize(plane, width / 3, height / 3, { rounding: 'each-pass' });
        return imresize(small, width, height, { rounding: 'each-pass' });
      });
      const [y, truth] = [bicubic, planes].map((picture) => luminance(imageOf(picture), 'studio'));
      const value = ifc(y, truth, { border: 3 });
      assert.ok(Math.abs(value - Number(expected)) < 0.001, `picture ${index}: ${value}, not ${expected}`);
    }
  },
);
