// One of several processes that take the same lock in each round: {folder, at, slow, hold} comes, {from, to} or
// {name, message} goes back. `at` is when all begin, in milliseconds since 1970; with `slow` each file operation is
// late by up to as many milliseconds, so that the others come in between.
const fs = require('node:fs/promises');
const { setTimeout: sleep } = require('node:timers/promises');

let slow = 0;
for (const name of ['rename', 'rm', 'link', 'readFile', 'writeFile', 'copyFile', 'readdir']) {
  const original = fs[name];
  fs[name] = async (...words) => {
    if (slow) await sleep(slow * Math.random());
    const result = await original(...words);
    if (slow) await sleep(slow * Math.random());
    return result;
  };
}
const { takeLock } = require('../dist/disk/lock');

process.on('message', async (round) => {
  slow = round.slow;
  await sleep(Math.max(0, round.at - Date.now()));
  try {
    const unlock = await takeLock(round.folder, 'run.lock', 'trains there');
    const from = Date.now();
    process.send({ round: round.round, holds: true, from });
    await sleep(round.hold);
    const to = Date.now();
    await unlock();
    process.send({ round: round.round, from, to });
  } catch (error) {
    process.send({ round: round.round, name: error.name, message: error.message });
  }
});
