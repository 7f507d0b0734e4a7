// What is told of the layers of a push, once there is a registry to push them to.
import type { Emit, TransferEvent } from '../transfer-event.ts';

/**
 * `emit` keeps events until `release` passes them on in order, and those that follow at once. Docker asks whether there
 * is a registry before it says anything of layers.
 */
export function holdBack(emit: Emit): { emit: Emit; release: () => void } {
  const held: TransferEvent[] = [];
  let isReleased = false;
  return {
    emit: event => {
      if (isReleased) emit(event);
      else held.push(event);
    },
    release: () => {
      isReleased = true;
      for (const event of held.splice(0)) emit(event);
    },
  };
}
