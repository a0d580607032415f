// npm run soak [-- OPTIONS]: installs and builds what is missing, then disturbs the lab (soak/soak.ts).
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { main, root, setUpPackages } from './setup.mjs';

await main(async () => {
  await setUpPackages();
  const words = ['--import', 'tsx', join(root, 'soak', 'soak.ts'), ...process.argv.slice(2)];
  return spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' }).status ?? 1;
});
