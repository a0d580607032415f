import { marked } from './markedText';

/** results/README.md before its first report; what stands outside of the markers may be changed by hand. */
export const readmeTemplate = `# Results
Runs with everything needed to look at them and to run them again. \`npx srcnn results\` scores the weights of every folder here, draws its figures and writes
what stands between the markers below; nothing there is typed by hand. \`npx srcnn results --scores-from-csv\` does the same without scoring.

${marked('the runs')}

In each folder: \`options.json\` (all that training was told), \`history.json\` (the loss of every hundredth batch, loss and scores of each epoch), \`scores.csv\`
(every image's PSNR and SSIM, bicubic's beside the network's), \`weights.safetensors\` (those of the epoch with the lowest validation loss; the header says run, data, protocol and scores),
and figures as .svg and .png: \`loss\`, \`scores\` after each epoch, the \`filters\` of the first layer, \`before-after\` of a photograph that the run has not seen.

## What was tried
Short runs, each with one or two changes, on a tenth of the report's training set (\`node --import tsx scripts/tryRecipes.ts\`), scored on 25 pictures of BSDS500 val
under protocol report. They say what helps at the start of training; an advantage here may vanish in 20 epochs.
\`rounded-loss\` has the loss of outputs rounded to whole levels, as evaluation rounds them: rounding adds a twelfth of a level squared to errors of a hundred and more, and changes nothing.

${marked('the tried')}

## The report's epochs again
${marked('the epochs')}
`;
