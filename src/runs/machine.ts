import { availableParallelism, cpus } from 'node:os';

/** The processor of this machine for people, with the threads that programs may use: "2 x AMD EPYC 9R14". */
export function machineName(): string {
  const model = cpus()[0]
    ?.model.replace(/\((R|TM)\)|CPU/gi, '')
    .replace(/@.*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `${availableParallelism()} x ${model || process.arch}`;
}
