// A process that only upscales one large picture: its memory is what that takes. Argument: threads.
import { createInterface } from 'node:readline';
import { createWasmEngine, initialize, type Planes } from 'srcnn-lab';
import { timed } from './measure';
import { picture } from './work';

const say = (answer: object) => process.stdout.write(JSON.stringify(answer) + '\n');

async function serve(): Promise<void> {
  const engine = await createWasmEngine({ threads: Number(process.argv[2]) });
  const model = initialize('9-1-7');
  await engine.predict(model, picture(64, 64));
  say({ ready: engine.description, tasks: ['inference12mp'] });
  let plane: Planes | undefined,
    before = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const { width, height } = JSON.parse(line) as { width: number; height: number };
    if (!plane) {
      plane = picture(width, height);
      before = process.memoryUsage().rss;
    }
    const input = plane;
    const figures = await timed(() => engine.predict(model, input));
    // maxRSS is in KiB.
    say({ ...figures, growthMB: (process.resourceUsage().maxRSS * 1024 - before) / 1e6 });
  }
}

serve().catch((error: Error) => say({ error: error.message }));
