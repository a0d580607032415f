import { OptionError } from '../../errors';
import type { Image, Plane } from '../../image/image';
import type { Figure } from '../figure';
import { figurePng } from '../picture';
import { LiveOutput, type Still } from './liveOutput';
import { escaped, pngImage } from './markup';
import { exploreView } from './page/explore';
import { Recent } from './recent';
import { figureWords, imageOutput } from './show';
import { type Table, tableHtml, tableText } from './table';

/** Two numbers are the ends of a slider; any other list is what can be chosen. */
export type Parameters = Readonly<Record<string, readonly (number | string)[]>>;

/** One value for each parameter. */
export type ValuesOf<P extends Parameters> = { [Name in keyof P]: P[Name][number] };

/** What can be shown below the sliders: a figure, a picture, a table, a text or a number. */
export type Explored = Figure | Image | Plane | Table | string | number;

const recent = new Recent<Explorer>();

/**
 * Shows sliders and lists for the parameters below the cell, and what the function makes of their values, anew whenever
 * one is moved. While it works, values that were passed over are left out. Its first result is awaited, and what that
 * throws is thrown; later errors are said below the sliders. Throws OptionError for a parameter without values and for
 * a function that returns nothing to show, NoNotebookError outside of a notebook.
 */
export async function explore<const P extends Parameters>(
  parameters: P,
  show: (values: ValuesOf<P>) => Explored | Promise<Explored>,
): Promise<void> {
  const work = show as Explorer['show'];
  const explorer = recent.get(`${JSON.stringify(parameters)} ${show}`, () => new Explorer(parameters, work));
  explorer.show = work;
  await explorer.begin();
  explorer.output.show();
}

/** A parameter as the page shows it. */
interface Parameter {
  name: string;
  values: readonly (number | string)[];
  range?: { least: number; most: number; step: number };
}

/** Parameters, their values of now, and the result. */
export class Explorer {
  readonly output: LiveOutput;
  private readonly parameters: Parameter[];
  private values: Record<string, number | string>;
  private result: Still = { html: '', text: '' };
  private answered = 0;
  private remark = '';
  private wanted?: { values: Record<string, number | string>; number: number };
  private isWorking = false;

  constructor(
    parameters: Parameters,
    public show: (values: Record<string, number | string>) => Explored | Promise<Explored>,
  ) {
    this.parameters = Object.entries(parameters).map(([name, values]) => parameterOf(name, values));
    this.values = Object.fromEntries(
      this.parameters.map(({ name, values, range }) => [name, range ? middle(range) : values[0]]),
    );
    const onChange = ({ wanted }: Record<string, unknown>) => {
      if (wanted) void this.wish(wanted as Explorer['wanted'] & object);
    };
    this.output = new LiveOutput(exploreView, this.look(), { onChange }, () => this.still());
  }

  /** The first result. */
  async begin(): Promise<void> {
    this.result = await resultOf(await this.show(this.values));
    this.tell();
  }

  /** The page wants other values. Those that come while the function works replace each other. */
  async wish(wanted: { values: Record<string, number | string>; number: number }): Promise<void> {
    this.wanted = wanted;
    if (this.isWorking) return;
    this.isWorking = true;
    while (this.wanted) {
      const { values, number }: { values: Record<string, number | string>; number: number } = this.wanted;
      this.wanted = undefined;
      this.values = values;
      this.remark = '';
      this.tell();
      try {
        this.result = await resultOf(await this.show(values));
      } catch (error) {
        this.remark = (error as Error).message;
      }
      this.answered = number;
    }
    this.isWorking = false;
    this.tell();
    this.output.keep();
  }

  /** What the pages show. */
  look() {
    const { parameters, values, answered, remark, isWorking } = this;
    return { parameters, values, answered, remark, html: this.result.html, working: isWorking };
  }

  private tell(): void {
    this.output.model?.stream(this.look());
  }

  private still(): Still {
    const values = Object.entries(this.values).map(([name, value]) => `${name} ${value}`);
    const words = escaped(values.join(', '));
    return { html: `<p>${words}</p>${this.result.html}`, text: `${values.join(', ')}\n${this.result.text}` };
  }
}

function parameterOf(name: string, values: readonly (number | string)[]): Parameter {
  if (!values?.length) throw new OptionError(`${name} has no values; give two numbers, or a list to choose from`);
  const [least, most] = values as number[];
  const isRange = values.length === 2 && typeof least === 'number' && typeof most === 'number';
  if (!isRange) return { name, values };
  if (!(least < most)) throw new OptionError(`${name} goes from ${least} to ${most}; use a smaller number first`);
  // A hundredth of the way, as a round number.
  const step = 10 ** Math.round(Math.log10((most - least) / 100));
  return { name, values, range: { least, most, step } };
}

const middle = ({ least, most, step }: { least: number; most: number; step: number }) =>
  Number((least + step * Math.round((most - least) / 2 / step)).toPrecision(12));

async function resultOf(shown: Explored): Promise<Still> {
  if (typeof shown === 'string' || typeof shown === 'number') {
    const text = String(shown);
    return { html: `<pre>${escaped(text)}</pre>`, text };
  }
  if (typeof shown !== 'object' || shown === null)
    throw new OptionError(
      `the function gave ${String(shown)}; return a figure, a picture, a table, a text or a number`,
    );
  if ('layout' in shown) return picture(await figurePng(shown, { scale: 1 }), figureWords(shown));
  if ('width' in shown) {
    const { data } = await imageOutput(shown);
    return picture(Buffer.from(data['image/png'], 'base64'), data['text/plain']);
  }
  return { html: tableHtml(shown), text: tableText(shown) };
}

const picture = (png: Buffer, words: string): Still => ({
  html: pngImage(png, words),
  text: words,
});
