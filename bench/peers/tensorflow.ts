// The lab's engine "tensorflow" as a peer: TensorFlow through tfjs-node, in a process of its own.
import { createInterface } from 'node:readline';
import { initialize } from 'srcnn-lab';
import { createTensorflowEngine } from 'srcnn-lab/dist/engine/tensorflow/tensorflow';
import { type Measured, picture, trainingStep } from '../work';
import { timed } from '../measure';

interface Request {
  task: string;
  width: number;
  height: number;
  warmUps?: number;
}

const say = (answer: object) => process.stdout.write(JSON.stringify(answer) + '\n');

async function serve(): Promise<void> {
  const engine = await createTensorflowEngine();
  const networks: Measured[] = ['9-1-7', '9-5-5'];
  const inference =
    (name: Measured) =>
    async ({ width, height, warmUps = 0 }: Request) => {
      const plane = picture(width, height);
      const model = initialize(name);
      for (let i = 0; i < warmUps; i++) await engine.predict(model, plane);
      return timed(() => engine.predict(model, plane));
    };
  const tasks: Record<string, (request: Request) => Promise<object>> = {};
  for (const name of networks) {
    const step = trainingStep(engine, name);
    tasks[`step ${name}`] = () => timed(step);
    tasks[`inference ${name}`] = inference(name);
  }
  say({ ready: engine.description, tasks: Object.keys(tasks) });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    say(await tasks[request.task](request).catch((error: Error) => ({ error: error.message })));
  }
}

serve().catch((error: Error) => say({ error: error.message }));
