import { marked } from './markedText';

/** The first text of results/README.md; the text outside the markers may be changed by hand. */
export const readmeTemplate = `# Results
Each folder holds a run with everything needed to look at it and to repeat it. \`npx srcnn results\` scores the
weights of every folder, draws its figures and writes the text between the markers below; nothing there is typed by
hand. \`npx srcnn results --scores-from-csv\` does the same and scores only runs without scores.csv.

${marked('the runs')}

Each folder holds \`options.json\` (all options of the training), \`history.json\` (the loss of every hundredth
batch, loss and scores of each epoch), \`scores.csv\` (PSNR and SSIM of every image, for bicubic and for the network),
\`weights.safetensors\` (the weights of the epoch with the lowest validation loss; its header has run, data, protocol
and scores), and figures as .svg and .png: \`loss\`, \`scores\` after each epoch, the \`filters\` of the first layer,
\`before-after\` of a photograph that the run has not seen.

## Minutes until Dong et al.'s score
The table has the runs that began with new weights and were scored on Set5 after each epoch. It says after how many
minutes a run passed the PSNR that Dong et al. reached with 9-5-5, ImageNet and 8e8 updates. Minutes include validation
and scoring; runs that shared the machine with other work took longer.

${marked('the minutes')}

## Equal minutes
Each network was trained for the same time, by its default recipe and with a moving average of its weights, on the
pictures of the runs above (\`node --import tsx scripts/equalMinutes.ts\`). Slow networks see fewer patches.

${marked('equal minutes')}

## ECBSR's branches
ECBSR (Zhang, Zeng and Zhang 2021) trains each 3x3 kernel as the sum of five branches: its own, one that widens and
narrows, and three with fixed filters. The table has PSNR in dB of plain-16x5, trained on the same batches of BSDS500 at
x3 under protocol paper, without and with the option \`branches\`, by SOAP and by Adam
(\`node --import tsx scripts/tryBranches.ts\`).

${marked('the branches')}

## What was tried
These are short runs, each with one or two changes, on a tenth of the report's training set
(\`node --import tsx scripts/tryRecipes.ts\`), scored on 25 pictures of BSDS500 val under protocol report. They say
what helps at the start of training; an advantage here may vanish in 20 epochs.
\`rounded-loss\` computes the loss on outputs rounded to whole levels, as evaluation rounds them: rounding adds a
twelfth to squared errors of a hundred and more, so it changes nothing.

${marked('the tried')}

## The report's epochs again
${marked('the epochs')}
`;
