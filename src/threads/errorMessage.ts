import * as errors from '../errors';

/** An error as plain data: a thread's message cannot carry the lab's own classes. */
export interface ErrorMessage {
  name: string;
  message: string;
}

export function describeError(error: unknown): ErrorMessage {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) };
}

/** Makes the error again, in the class that it had; an Error of that name if the lab has no such class. */
export function restoreError({ name, message }: ErrorMessage): Error {
  const error = new Error(message);
  const named = (errors as Record<string, { prototype: Error }>)[name];
  if (named) Object.setPrototypeOf(error, named.prototype);
  error.name = name;
  return error;
}
