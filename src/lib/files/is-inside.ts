// Which paths lie in which directory, by their text alone.

/** Whether a path is a directory or below it. Both are absolute and clean, without links on the way. */
export function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
