import { UnknownNameError } from '../../errors';

/** An address that serves an archive; `bytes` and `sha256` only where somebody who had the file has published them. */
export interface Mirror {
  url: string;
  bytes?: number;
  sha256?: string;
}

/** Images in each folder of an unpacked archive; in a folder image_SRF_N only the *_HR pictures count. */
export type Layout = Record<string, number>;

/** One archive of a data set, and how it becomes a folder of images. */
export interface Archive {
  /** Its folder below the data folder. */
  folder: string;
  /** The file's usual name: picks the archive when a mirror is named by the user. */
  file: string;
  mirrors: Mirror[];
  /**
   * Where an entry of the archive is written below `folder`, or undefined if it is left out: mirrors differ in their
   * inner layout.
   */
  keep: (entry: string) => string | undefined;
  /** The archive is complete if one of these layouts is. */
  layouts: Layout[];
}

/** A data set that can be fetched. */
export interface CatalogueEntry {
  name: string;
  about: string;
  source: string;
  licence: string;
  archives: Archive[];
  /** The same photographs as part of another data set: folders below the data folder. */
  instead?: Layout;
  /**
   * The pictures that the set has, by their places in the order of names: from the first number up to, but without, the
   * second.
   */
  part?: [number, number];
  /** How to ask for it, if its owners give it on request only. */
  onRequest?: string;
}

/** Tries patterns in turn; the first that matches says where the entry goes. */
function keepBy(...rules: [RegExp, string][]): Archive['keep'] {
  return (entry) => {
    for (const [pattern, to] of rules) {
      const found = pattern.exec(entry);
      if (found) return to.replace(/\$(\d)/g, (_, group: string) => found[Number(group)]);
    }
    return undefined;
  };
}

/** SelfExSR's folders, one per scale; they hold the results of other methods too, which stay in the archive. */
const perScale: [RegExp, string] = [/(?:^|\/)(image_SRF_[234])\/([^/.][^/]*_(?:HR|LR)\.png)$/, '$1/$2'];
/** Hugging Face's archives hold one folder NAME_HR of whole pictures. */
const wholePictures: [RegExp, string] = [/(?:^|\/)(?:[^/]*_)?HR\/([^/.][^/]*\.png)$/, 'HR/$1'];
const berkeley: [RegExp, string] = [/(?:^|\/)images\/(train|val|test)\/([^/.][^/]*\.jpg)$/, '$1/$2'];

const bsds500Mirrors: Mirror[] = [
  { url: 'https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz' },
  { url: 'https://github.com/BIDS/BSDS500/archive/refs/heads/master.zip' },
];
const selfExSR = (id: string): Mirror => ({ url: `https://uofi.box.com/shared/static/${id}.zip` });
const huggingFace = (set: string): Mirror => ({
  url: `https://huggingface.co/datasets/eugenesiow/${set}/resolve/main/data/${set}_HR.tar.gz`,
});

/** Sizes and SHA-256 of DIV2K as published in TensorFlow Datasets, url_checksums/div2k.txt. */
const div2kMirrors = (file: string, bytes: number, sha256: string): Mirror[] =>
  ['https', 'http'].map((scheme) => ({ url: `${scheme}://data.vision.ee.ethz.ch/cvl/DIV2K/${file}`, bytes, sha256 }));

function benchmark(folder: string, count: number, scales: number[], mirrors: Mirror[]): Archive {
  const layout = Object.fromEntries(scales.map((scale) => [`image_SRF_${scale}`, count]));
  return {
    folder,
    file: `${folder}.zip`,
    mirrors,
    keep: keepBy(perScale, wholePictures),
    layouts: [layout, { HR: count }],
  };
}

const lapSRN: Mirror[] = [{ url: 'http://vllab.ucmerced.edu/wlai24/LapSRN/results/SR_training_datasets.zip' }];
const ofLapSRN = (folder: string, count: number): Archive => ({
  folder,
  file: 'SR_training_datasets.zip',
  mirrors: lapSRN,
  keep: keepBy([new RegExp(`(?:^|/)${folder}/([^/.][^/]*\\.(?:png|bmp|jpg))$`), '$1']),
  layouts: [{ '': count }],
});

/** BSDS500's test alone, for whoever does not want the other 300. */
const bsds500Test: Archive = {
  folder: 'BSD200',
  file: 'BSR_bsds500.tgz',
  mirrors: bsds500Mirrors,
  keep: keepBy([/(?:^|\/)images\/test\/([^/.][^/]*\.jpg)$/, '$1']),
  layouts: [{ '': 200 }],
};

const pirmMirrors = (file: string): Mirror[] => [
  { url: `https://huggingface.co/datasets/eugenesiow/PIRM/resolve/main/data/${file}` },
];
const pirm = (half: 'valid' | 'test'): Archive => ({
  folder: `PIRM/${half}`,
  file: `PIRM_${half}_HR.tar.gz`,
  mirrors: pirmMirrors(`PIRM_${half}_HR.tar.gz`),
  keep: keepBy([/(?:^|\/)(?:[^/]*_)?HR\/([^/.][^/]*\.png)$/, '$1']),
  layouts: [{ '': 100 }],
});

/** The report's own repository at a fixed commit; `archive/` serves every commit. */
const reportCommit = 'b94d1aa212d071fb4d551838b7b4dff3ea9393f7';
const reportRepository = 'highgroundmaster/Image-Super-Resolution-Using-Deep-Convolutional-Networks';

const berkeleyLicence = 'University of California, Berkeley: for non-commercial research and education only';
const noLicence = 'its authors state no licence; in use for research only';

/**
 * The data sets that can be fetched by name. None of the addresses could be tested when this was written; see
 * data/README.md.
 */
export const catalogue: CatalogueEntry[] = [
  {
    name: 'bsds500',
    about: '500 photographs of 481x321: 200 train, 100 val, 200 test',
    source: 'Arbelaez, Maire, Fowlkes, Malik: Contour Detection and Hierarchical Image Segmentation, PAMI 2011',
    licence: berkeleyLicence,
    archives: [
      {
        folder: 'bsds500',
        file: 'BSR_bsds500.tgz',
        mirrors: bsds500Mirrors,
        keep: keepBy(berkeley),
        layouts: [{ train: 200, val: 100, test: 200 }],
      },
    ],
  },
  {
    name: 'set5',
    about: '5 pictures',
    source: 'Bevilacqua et al., BMVC 2012, as cropped for SelfExSR',
    licence: noLicence,
    archives: [benchmark('Set5', 5, [2, 3, 4], [selfExSR('kfahv87nfe8ax910l85dksyl2q212voc'), huggingFace('Set5')])],
  },
  {
    name: 'set14',
    about: '14 pictures',
    source: 'Zeyde et al., 2010, as cropped for SelfExSR',
    licence: noLicence,
    archives: [benchmark('Set14', 14, [2, 3, 4], [selfExSR('igsnfieh4lz68l926l8xbklwsnnk8we9'), huggingFace('Set14')])],
  },
  {
    name: 'bsd100',
    about: "100 photographs: the test images of BSDS300, which are BSDS500's val",
    source: 'Martin et al., ICCV 2001',
    licence: berkeleyLicence,
    archives: [
      {
        ...benchmark(
          'BSD100',
          100,
          [2, 3, 4],
          [huggingFace('BSD100'), selfExSR('qgctsplb8txrksm9to9x01zfa4m61ngq'), ...bsds500Mirrors],
        ),
        keep: keepBy(perScale, wholePictures, [/(?:^|\/)images\/val\/([^/.][^/]*\.jpg)$/, 'HR/$1']),
      },
    ],
    instead: { 'bsds500/val': 100 },
  },
  {
    name: 'urban100',
    about: '100 photographs of buildings',
    source: 'Huang, Singh, Ahuja, CVPR 2015 (SelfExSR)',
    licence: 'photographs from Flickr under Creative Commons licences',
    archives: [
      benchmark('Urban100', 100, [2, 4], [huggingFace('Urban100'), selfExSR('65upg43jjd0a4cwsiqgl6o6ixube6klm')]),
    ],
  },
  {
    name: 'div2k',
    about: '900 photographs of about 2040x1400: 800 train, 100 valid (4 GB)',
    source: 'Agustsson, Timofte: NTIRE 2017, CVPRW 2017',
    licence: 'ETH Zurich: for academic research only; the photographs belong to their owners',
    archives: [
      {
        folder: 'DIV2K/DIV2K_train_HR',
        file: 'DIV2K_train_HR.zip',
        layouts: [{ '': 800 }],
        keep: keepBy([/(?:^|\/)DIV2K_train_HR\/([^/.][^/]*\.png)$/, '$1']),
        mirrors: div2kMirrors(
          'DIV2K_train_HR.zip',
          3530603713,
          '9d0b9c463f6e35b6c62cc6a930ee2224f670b34c1df841a57670f9acf0f6c335',
        ),
      },
      {
        folder: 'DIV2K/DIV2K_valid_HR',
        file: 'DIV2K_valid_HR.zip',
        layouts: [{ '': 100 }],
        keep: keepBy([/(?:^|\/)DIV2K_valid_HR\/([^/.][^/]*\.png)$/, '$1']),
        mirrors: div2kMirrors(
          'DIV2K_valid_HR.zip',
          448993893,
          '20dd31fd84d777bc1cf5d6b7654a3f569c0aec74458ae094122ad1d0489900fc',
        ),
      },
    ],
  },
  {
    name: 'bsd200',
    about: "the 200 test images of BSDS500, Dong et al.'s BSD200",
    source: 'Arbelaez, Maire, Fowlkes, Malik, PAMI 2011',
    licence: berkeleyLicence,
    archives: [bsds500Test],
    instead: { 'bsds500/test': 200 },
  },
  {
    name: 'keras10',
    about: "the ten of BSD200 that keras.io's ESPCN example scores",
    source: 'keras.io, Image Super-Resolution using an Efficient Sub-Pixel CNN',
    licence: berkeleyLicence,
    archives: [bsds500Test],
    instead: { 'bsds500/test': 200 },
    part: [50, 60],
  },
  {
    name: 'report219',
    about: "the report's 219 evaluation images: BSDS500's train, Set5 and Set14",
    source: `its repository, github.com/${reportRepository}`,
    licence: `the repository is MIT, the photographs belong to their owners (${berkeleyLicence})`,
    archives: [
      {
        folder: 'eval219',
        file: `${reportCommit}.zip`,
        mirrors: [{ url: `https://github.com/${reportRepository}/archive/${reportCommit}.zip` }],
        keep: keepBy([/\/Data\/Evaluation BSDS-200_Set-5_Set-14\/([^/.][^/]*\.png)$/, '$1']),
        layouts: [{ '': 219 }],
      },
    ],
  },
  {
    name: 't91',
    about: '91 pictures to train on',
    source: 'Yang, Wright, Huang, Ma, TIP 2010; as kept for LapSRN',
    licence: noLicence,
    archives: [ofLapSRN('T91', 91)],
  },
  {
    name: 'general100',
    about: '100 pictures without JPEG traces, to train on',
    source: 'Dong, Loy, Tang: FSRCNN, ECCV 2016; as kept for LapSRN',
    licence: noLicence,
    archives: [ofLapSRN('General100', 100)],
  },
  {
    name: 'pirm',
    about: '200 pictures of some 300,000 pixels: 100 valid, 100 test (105 MB)',
    source: 'Blau et al.: the PIRM challenge on perceptual super-resolution, 2018',
    licence: 'CC BY-NC-SA 4.0',
    archives: [pirm('valid'), pirm('test')],
  },
  {
    name: 'manga109',
    about: '109 volumes of manga, of which papers score one picture each',
    source: 'Fujimoto et al., MANPU 2016; Matsui et al., 2017',
    licence: 'its owners give it on request only, for academic research',
    archives: [
      { folder: 'Manga109', file: 'Manga109.zip', mirrors: [], keep: keepBy(), layouts: [{ HR: 109 }, { '': 109 }] },
    ],
    onRequest: 'ask for it at http://www.manga109.org/en/download.html',
  },
];

/** The catalogue's entry of that name; UnknownNameError when there is none. */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = catalogue.find((each) => each.name === name);
  if (!entry) throw new UnknownNameError('data set', name, ['sample', ...catalogue.map((each) => each.name)]);
  return entry;
}
