import { type Dataset, loadDataset } from '../../data/datasets';
import { type PatchOptions, type PatchSet, preparePatches } from '../../data/patches';
import type { TrainingData } from '../../training/settings';
import type { Study, StudyRun } from './study';

/** The pictures that validate need not be covered by patches, nor be many: validation takes training's time. */
const VALIDATION = { stride: 58, every: 5 };
const conditions = { protocol: 'paper', scale: 3 } as const;

/** The patches and pictures of a study's runs; patches are kept as long as the next run wants the same. */
export class StudyData {
  private readonly kept = new Map<string, PatchSet>();
  private heldOut?: Pick<Dataset, 'validation' | 'evaluation'>;

  constructor(
    private readonly study: Study,
    private readonly dataset?: string,
  ) {}

  /** What a run is trained on. Throws DatasetError where its pictures are not here. */
  async of({ data = this.dataset ?? this.study.data, every = 1, colours }: StudyRun): Promise<TrainingData> {
    const { training } = await loadDataset(data);
    const pictures = training.filter((_, index) => index % every === 0);
    const { validation, evaluation } = await this.held();
    return {
      training: await this.patches('training', pictures, { colours }),
      validation: await this.patches('validation', validation, { colours, stride: VALIDATION.stride }),
      evaluation,
    };
  }

  /** The pictures that are scored. */
  async scored(): Promise<string[]> {
    return (await this.held()).evaluation;
  }

  private async held(): Promise<Pick<Dataset, 'validation' | 'evaluation'>> {
    if (this.heldOut) return this.heldOut;
    if (this.dataset) return (this.heldOut = await loadDataset(this.dataset));
    const { validation } = await loadDataset('bsds500');
    const { evaluation } = await loadDataset('set5', conditions);
    return (this.heldOut = { validation: validation.filter((_, i) => i % VALIDATION.every === 0), evaluation });
  }

  private async patches(use: string, files: string[], options: PatchOptions): Promise<PatchSet> {
    const key = JSON.stringify([files, options]);
    const found = this.kept.get(use + key);
    if (found) return found;
    for (const other of this.kept.keys()) if (other.startsWith(use)) this.kept.delete(other);
    const { patches } = await preparePatches(files, { ...conditions, ...options });
    this.kept.set(use + key, patches);
    return patches;
  }
}
