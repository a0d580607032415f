// The public surface, in the order of the data's way.
export * from './errors';
export type { Image, Plane, YCbCr } from './image/image';
export { imageFiles, readImage, readPhotograph, writeImage } from './image/files';
export type { Photograph } from './image/photograph';
export { luminance, toRgb, toYCbCr, type Convention } from './image/color';
export { gaussianBlur } from './image/blur';
export { imresize, resizePillow } from './image/resize';
export { datasetNames, loadDataset, type Dataset, type LoadOptions } from './data/datasets';
export { pictureName } from './data/pictureName';
export { catalogue, type CatalogueEntry } from './data/fetch/catalogue';
export { fetchDataset, type FetchOptions, type FetchProgress, type FetchResult } from './data/fetch/download';
export { degrade, lowResolution, type DegradeOptions } from './data/degrade';
export type { Degradation } from './degradations/degradation';
export { degradationNames } from './degradations/degradations';
export { byHand, type ByHand } from './protocols/byHand';
export { protocolNames, protocolOf, protocols } from './protocols/protocols';
export type { Compared, CompareWith, Degraded, Protocol, Restore, RestoredImages, Scores } from './protocols/protocol';
export { cropToScale } from './protocols/planes';
export { preparePatches, type PatchOptions, type PatchSet } from './data/patches';
export { emptyBatch, fillBatch } from './data/batches';
export {
  activations,
  checkNetwork,
  reportNormalization,
  type Activation,
  type Layer,
  type Model,
  type Network,
  type Normalization,
  type TrainedFor,
} from './network/network';
export { countWeights, layerSlices, tensors, type LayerSlice, type Tensor } from './network/parameters';
export { multiplyAdds, reachOf } from './network/geometry';
export { initialize, type InitializeOptions } from './network/initialize';
export { families, networkNamed, networkNames } from './network/families/families';
export type { Family, NetworkOptions } from './network/families/family';
export { dsrcnn } from './network/families/dsrcnn';
export { ecbsr, type EcbsrOptions } from './network/families/ecbsr';
export { espcn } from './network/families/espcn';
export { esrcnn } from './network/families/esrcnn';
export { fsrcnn, type FsrcnnOptions } from './network/families/fsrcnn';
export { plain, type PlainOptions } from './network/families/plain';
export { chain, srcnn, type ChainLayer, type SrcnnOptions } from './network/families/srcnn';
export { upconv7, vgg7 } from './network/families/waifu2x';
export { toLayersModel } from './formats/layersModel';
export { loadWeights, readMetadata, saveWeights, stampWeights } from './formats/weights';
export { pretrained, pretrainedNames, pretrainedSizes } from './formats/pretrained';
export { planesIn, planesOf, type Batch, type Engine, type LossOptions, type Planes } from './engine/engine';
export { frequencyChange } from './data/frequencyChange';
export { lossNames, losses, type LossName } from './engine/losses/losses';
export type { FrequencyLoss, Loss, OutputLoss } from './engine/losses/loss';
export { createEngine, engineNames, listEngines } from './engine/choose';
export { createWasmEngine, type WasmOptions } from './engine/wasm/wasm';
export { findRate, type FindRateSettings, type RateSearch } from './training/findRate';
export { rateCurve } from './plot/figures/rateCurve';
export { replay, type ReplaySettings } from './training/replay';
export { recipeFor, type RecipeName, recipes, type TrainOptions } from './recipes/recipes';
export { train } from './training/train';
export type {
  Progress,
  SessionEvent,
  TrainingData,
  TrainResult,
  TrainSession,
  TrainSettings,
} from './training/settings';
export { historyFrame, type EpochRecord, type History, type RunEvent } from './runs/history';
export { lastRun, type LastRun } from './runs/lastRun';
export { rowsFrame, runsFrame } from './runs/frames';
export type { Reached } from './runs/reached';
export { loadRun, type SavedRun } from './runs/readRun';
export { checkRunName } from './runs/runName';
export { runs, type RunsOptions, type RunSummary } from './runs/runs';
export { sweep, type SweepGrid, type SweepRow, type SweepSettings } from './training/sweep';
export { compareRuns, type Comparison, type DifferenceRow } from './plot/figures/compareRuns';
export {
  followInTensorboard,
  tensorboardWriter,
  type FollowOptions,
  type TensorboardWriter,
} from './tensorboard/tensorboard';
export { measureNames, measureOf, measures } from './measures/measures';
export type { CompareOptions, Measure } from './measures/measure';
export { cosine } from './measures/cosine';
export { ergas } from './measures/ergas';
export { fsim } from './measures/fsim';
export { gmsd } from './measures/gmsd';
export { haarpsi } from './measures/haarpsi';
export { ifc } from './measures/ifc';
export { msssim } from './measures/msssim';
export { niqe } from './measures/niqe';
export { nqm } from './measures/nqm';
export { psnr } from './measures/psnr';
export { psnrb } from './measures/psnrb';
export { rmse } from './measures/rmse';
export { sam } from './measures/sam';
export { sre } from './measures/sre';
export { ssim } from './measures/ssim';
export { uqi } from './measures/uqi';
export { vif } from './measures/vif';
export { vifp } from './measures/vifp';
export { wpsnr } from './measures/wpsnr';
export { evaluate, type EvaluateOptions, type Evaluation, type EvaluationRow } from './evaluation/evaluate';
export { evaluateModels, type ModelScores } from './evaluation/evaluateModels';
export type { Evaluated } from './evaluation/pictureScores';
export { differenceText, pairedDifference, type PairedDifference } from './evaluation/pairedDifference';
export { checkComparable, type SetScores } from './evaluation/setScores';
export { cropScores } from './evaluation/cropScores';
export { scoresCsv, scoresLatex, scoresMarkdown } from './results/scoreTables';
export { type MeanScores } from './evaluation/meanScores';
export { restoreImage, type RestoreOptions } from './evaluation/restoreImage';
export { upscale, type UpscaleOptions } from './evaluation/upscale';
export type { Figure } from './plot/figure';
export { degradationSteps, type DegradationOptions } from './plot/figures/degradationSteps';
export { samplePairs, type SamplePairsOptions } from './plot/figures/samplePairs';
export { frontier, frontierCosts, type FrontierCost, type FrontierPoint } from './plot/figures/frontier';
export { gainDistribution } from './plot/figures/gainDistribution';
export { measureScatter } from './plot/figures/measureScatter';
export { scoreCosts, scoreCurves, type ScoreCost, type ScoreCurvesOptions } from './plot/figures/scoreCurves';
export { lossCurve, type LossCurveOptions } from './plot/figures/lossCurve';
export { dumbbell } from './plot/figures/dumbbell';
export { epochScores } from './plot/figures/epochScores';
export { beforeAfter, type BeforeAfterOptions } from './plot/figures/beforeAfter';
export type { Crop } from './image/crop';
export { errorMaps } from './plot/figures/errorMaps';
export { paperStrip, type PaperStripOptions } from './plot/figures/paperStrip';
export type { ScoreLineOptions } from './plot/scoreLine';
export { slider, type SliderOptions } from './plot/figures/slider';
export { featureMaps, type FeatureMapsOptions } from './plot/figures/featureMaps';
export { filters } from './plot/figures/filters';
export { compareCurves } from './plot/figures/compareCurves';
export { type Display, liveChart, type LiveChart } from './plot/notebook/liveChart';
export { controls } from './plot/notebook/controls';
export { explore, type Explored, type Parameters, type ValuesOf } from './plot/notebook/explore';
export { preview, type PreviewOptions } from './plot/notebook/preview';
export { liveFigure, type Seen } from './plot/figures/liveFigure';
export type { LivePoint } from './plot/figures/liveLines';
export { viewer } from './plot/notebook/viewer';
export { figurePng, figureSvg, saveFigure, type PictureOptions } from './plot/picture';
export {
  liveTable,
  showTable,
  tableCsv,
  tableHtml,
  tableText,
  type Table,
  type TableOptions,
} from './plot/notebook/table';
export { NoNotebookError, show, showImage, type ShowImageOptions } from './plot/notebook/show';
export { scoreTable, showScores, type ScoreTable } from './plot/notebook/showScores';
import './plot/notebook/progress';
export { frontierPoints, type FrontierOptions } from './results/frontierPoints';
export { writeResults, type ResultsOptions } from './results/writeResults';
export { measureRows, paperMeasures } from './results/studies/measureRows';
export { studies, type Study, type StudyRun } from './results/studies/study';
export { runStudy, type StudyOptions } from './results/studies/runStudy';
export { studyRows, type StudyRow } from './results/studies/studyRows';
