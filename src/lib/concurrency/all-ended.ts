// Several pieces of one work: all of them, or none that still runs.

/**
 * Waits for all. After the first failure it calls `stop`, waits until the others have ended too, and throws that failure.
 */
export async function allEnded<T>(works: readonly Promise<T>[], stop: () => void): Promise<T[]> {
  try {
    return await Promise.all(works);
  } catch (error) {
    stop();
    await Promise.allSettled(works);
    throw error;
  }
}
