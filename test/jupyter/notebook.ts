import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** An output of somebody else's: by it a notebook is not trusted, now and whenever it is opened again. */
const foreignOutput = {
  output_type: 'display_data',
  data: { 'text/html': '<svg><text>a drawing by somebody else</text></svg>' },
  metadata: {},
};

/** Writes a notebook with these cells; with `stranger`, its first cell has an output of somebody else's. */
export function writeNotebook(folder: string, name: string, sources: readonly string[], stranger = false): void {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index}`,
    metadata: {},
    source,
    outputs: stranger && index === 0 ? [foreignOutput] : [],
    execution_count: null,
  }));
  mkdirSync(folder, { recursive: true });
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  writeFileSync(
    join(folder, name),
    JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
}

/** The outputs of the cell with this source, as JSON text, in the notebook's file. */
export function savedOutputs(file: string, source: string): string {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
    cells: { source: string | string[]; outputs: unknown }[];
  };
  return JSON.stringify(cells.find((each) => [each.source].flat().join('').includes(source))!.outputs);
}

/** The cell whose source contains the text. */
export function cell(page: Page, source: string): Locator {
  return page
    .locator('.jp-NotebookPanel:visible .jp-Notebook .jp-CodeCell', {
      has: page.locator('.jp-InputArea-editor', { hasText: source }),
    })
    .first();
}

export const outputs = (of: Locator) => of.locator('.jp-OutputArea-output');

/** Menus are entered as a user enters them: click, then click. */
export async function menu(page: Page, name: string, item: string): Promise<void> {
  await page.locator('.lm-MenuBar-item', { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator('.lm-Menu-item:visible', { hasText: item }).first().click();
}

export async function select(of: Locator): Promise<void> {
  await of.scrollIntoViewIfNeeded();
  await of.locator('.jp-InputPrompt').click();
}

/** Selects a cell and runs it with the keyboard; settles with the milliseconds from the key to its first new output. */
export async function runCell(page: Page, of: Locator): Promise<number> {
  await select(of);
  const id = `waiting-${Math.random()}`;
  await of.evaluate((element, key) => {
    const times: { pressed?: number; answered?: number } = ((window as unknown as Record<string, object>)[key] = {});
    window.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Enter') return;
        times.pressed ??= performance.now();
      },
      { capture: true },
    );
    new MutationObserver((changes, observer) => {
      const added = changes
        .flatMap(({ addedNodes }) => [...addedNodes])
        .some(
          (node) =>
            (node as Element).matches?.('.jp-OutputArea-child, .jp-OutputArea-output') ||
            (node as Element).querySelector?.('.jp-OutputArea-output'),
        );
      if (!added || times.pressed === undefined) return;
      times.answered = performance.now();
      observer.disconnect();
    }).observe(element, { childList: true, subtree: true });
  }, id);
  await page.keyboard.press('Control+Enter');
  const answered = await page.waitForFunction(
    (key) => {
      const { pressed, answered } = (window as unknown as Record<string, { pressed: number; answered?: number }>)[key];
      return answered && answered - pressed;
    },
    id,
    { polling: 20 },
  );
  return (await answered.jsonValue()) as number;
}

/**
 * The parts of a running session's chart that a reader sees: its title, the text below it, and the shape of its loss
 * curve.
 */
export async function chart(of: Locator): Promise<{ title: string; subtitle: string; curve: string }> {
  return of
    .locator('.jp-OutputArea-output svg')
    .first()
    .evaluate((svg) => {
      const [title, subtitle] = [...svg.querySelectorAll('text')].map(({ textContent }) => textContent ?? '');
      return {
        title,
        subtitle,
        curve: svg.querySelector('polyline[stroke-width="1.5"]')?.getAttribute('points') ?? '',
      };
    });
}

/** Selects a cell that may print nothing and runs it; settles when it has run, or throws after `patience` ms. */
export async function start(page: Page, of: Locator, patience?: number): Promise<void> {
  await select(of);
  await page.keyboard.press('Control+Enter');
  await until(
    'its number',
    () => of.locator('.jp-InputPrompt').first().innerText(),
    (prompt) => /\d/.test(prompt),
    patience,
  );
}

export async function save(page: Page): Promise<void> {
  await menu(page, 'File', 'Save Notebook');
  await page.locator('.lm-TabBar-tab.lm-mod-current.jp-mod-dirty').waitFor({ state: 'detached' });
}

/** Looks again and again until `seen` says yes. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value>,
  seen: (value: Value) => boolean,
  patience = 60_000,
): Promise<Value> {
  let value: Value | undefined;
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    value = await look();
    if (seen(value)) return value;
  }
  throw new Error(`waited ${patience / 1000} s for ${what}; last seen: ${JSON.stringify(value)}`);
}
