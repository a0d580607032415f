// The public surface, in the order of the data's way.
export * from './errors';
export type { Image, Plane, YCbCr } from './image/image';
export { imageFiles, readImage, readPhotograph, writeImage } from './image/files';
export type { Photograph } from './image/photograph';
export { luminance, toRgb, toYCbCr, type Convention } from './image/color';
export { gaussianBlur } from './image/blur';
export { imresize, resizePillow } from './image/resize';
export { datasetNames, loadDataset, type Dataset } from './data/datasets';
export { catalogue, type CatalogueEntry } from './data/catalogue';
export { fetchDataset, type FetchOptions, type FetchProgress, type FetchResult } from './data/download';
export { cropToScale, degrade, lowResolution, protocols, type DegradeOptions, type Protocol } from './data/degrade';
export { preparePatches, type PatchOptions, type PatchSet } from './data/patches';
export { emptyBatch, fillBatch, seedNormalization, type Normalization } from './data/batches';
export {
  countWeights,
  layerSlices,
  presets,
  srcnn,
  type Layer,
  type LayerSlice,
  type Model,
  type SrcnnOptions,
} from './model/srcnn';
export { toLayersModel } from './model/layersModel';
export { loadWeights, readMetadata, saveWeights, stampWeights } from './model/weights';
export { pretrained, pretrainedNames } from './model/pretrained';
export type { Batch, Engine } from './engine/engine';
export { createEngine, engineNames, listEngines } from './engine/choose';
export { createWasmEngine, type WasmOptions } from './engine/wasm/wasm';
export { recipes, type TrainOptions } from './training/recipes';
export { train, type Progress, type TrainingData, type TrainSettings } from './training/train';
export type { TrainResult, TrainSession } from './training/session';
export { historyFrame, type EpochRecord, type History } from './training/history';
export {
  checkRunName,
  loadRun,
  rowsFrame,
  runs,
  runsFrame,
  type Reached,
  type RunsOptions,
  type RunSummary,
  type SavedRun,
} from './training/runs';
export { sweep, type SweepGrid, type SweepRow, type SweepSettings } from './training/sweep';
export { compareRuns, type Comparison, type DifferenceRow } from './training/compareRuns';
export {
  followInTensorboard,
  tensorboardWriter,
  type FollowOptions,
  type TensorboardWriter,
} from './training/tensorboard';
export { psnr } from './evaluation/psnr';
export { ssim } from './evaluation/ssim';
export { rmse } from './evaluation/rmse';
export { evaluate, type EvaluateOptions, type Evaluation, type EvaluationRow } from './evaluation/evaluate';
export { restoreImage, type RestoreOptions } from './evaluation/restoreImage';
export { upscale, type UpscaleOptions } from './evaluation/upscale';
export type { Figure } from './plot/figure';
export { degradationSteps, type DegradationOptions } from './plot/degradationSteps';
export { samplePairs, type SamplePairsOptions } from './plot/samplePairs';
export { lossCurve, type LossCurveOptions } from './plot/lossCurve';
export { epochScores } from './plot/epochScores';
export { beforeAfter, type BeforeAfterOptions } from './plot/beforeAfter';
export type { Crop } from './plot/crop';
export { slider, type SliderOptions } from './plot/slider';
export { filters } from './plot/filters';
export { compareCurves } from './plot/compareCurves';
export { type Display, liveChart, type LiveChart } from './plot/liveChart';
export { liveFigure, type LivePoint, type Seen } from './plot/liveFigure';
export { figurePng, figureSvg, saveFigure, type PictureOptions } from './plot/picture';
export { liveTable, showTable, tableHtml, tableText, type Table } from './plot/table';
export { NoNotebookError, show, showImage } from './plot/show';
export { report, type ReportOptions } from './results/report';
