/** The most bytes of XMP that a JPEG holds in one segment. */
export const LONGEST_XMP = 65535 - 2 - 29;

/**
 * XMP as text that says the picture stands upright, as its pixels do once they are read. Zeros at the end, which some
 * programs leave as room for changes, are dropped.
 */
export function uprightXmp(xmp: Buffer): string {
  return xmp
    .toString('utf8')
    .replace(/\0+$/, '')
    .replace(/(?<=tiff:Orientation(?:="|>))\d/g, '1');
}

/** Whether the block that holds a JPEG's IPTC, which Photoshop fills with other things too, has IPTC in it. */
export const hasIptc = (block: Buffer): boolean => block.includes(Buffer.from('8BIM\x04\x04', 'latin1'));
