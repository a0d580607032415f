import { OptionError } from '../errors';

const begin = (name: string) => `<!-- ${name}: made by "npx srcnn results" -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

/** An empty pair of markers for `replaceMarked` to fill. */
export const marked = (name: string) => `${begin(name)}\n${end(name)}`;

/**
 * Replaces the text between the markers of `name`. Throws OptionError where the markers are missing; `file` is the
 * name of the text in the message.
 */
export function replaceMarked(text: string, name: string, content: string, file: string): string {
  const from = text.indexOf(begin(name)),
    to = text.indexOf(end(name));
  if (from < 0 || to < from)
    throw new OptionError(
      `${file}: has no place for ${name}; put these two lines where it is to stand:\n${marked(name)}`,
    );
  return `${text.slice(0, from)}${begin(name)}\n${content.trim()}\n${text.slice(to)}`;
}
