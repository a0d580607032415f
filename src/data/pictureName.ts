import { basename } from 'node:path';

const samplePath = /[\\/]datasets-img-([\w-]+)[\\/]data[\\/]image\.jpg$/;

/**
 * The name of a picture in tables and messages. The sample's photographs are all called image.jpg on disk and are
 * named after their packages.
 */
export function pictureName(file: string): string {
  const photograph = samplePath.exec(file)?.[1];
  return photograph ? `${photograph}.jpg` : basename(file);
}
