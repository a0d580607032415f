// Loaded before a run (node --require): counts the operations that change files, and kills the process at the one
// numbered SOAK_KILL_AT: before it, or with SOAK_KILL_LATE after it, and half-way where it is a write. Writes the
// number of operations into the file SOAK_COUNT when the process ends by itself.
const { writeFileSync } = require('node:fs');
const fs = require('node:fs/promises');

const { SOAK_KILL_AT, SOAK_KILL_LATE, SOAK_COUNT } = process.env;
let operations = 0;

/** Does what `run` does, unless this is the operation to be killed at. */
async function operation(run, halfWay = run) {
  operations++;
  if (operations !== Number(SOAK_KILL_AT)) return run();
  if (SOAK_KILL_LATE) await halfWay();
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

for (const name of ['rename', 'rm', 'link', 'mkdir', 'unlink', 'copyFile', 'writeFile']) {
  const original = fs[name];
  fs[name] = (...words) => operation(() => original(...words));
}

const { open } = fs;
fs.open = async (file, flags, ...rest) => {
  if (flags === undefined || flags === 'r') return open(file, flags, ...rest);
  const handle = await operation(() => open(file, flags, ...rest));
  const { writeFile, sync, close } = handle;
  const half = async (content) => {
    const bytes = Buffer.from(content);
    await handle.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
  };
  handle.writeFile = (content) =>
    operation(
      () => writeFile.call(handle, content),
      () => half(content),
    );
  handle.sync = () => operation(() => sync.call(handle));
  handle.close = () => operation(() => close.call(handle));
  return handle;
};

process.on('exit', () => SOAK_COUNT && writeFileSync(SOAK_COUNT, String(operations)));
