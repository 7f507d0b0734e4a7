// The only room that knows Linux: mounts, network namespaces and links, the firewall, control groups, processes, the
// corners of files and sockets that node lacks, and facts about the machine. It does what it is told, one system call
// or one transaction at a time, and says what the kernel said (SystemCallError). It knows nothing of containers,
// images or networks: who owns a mount, when to undo it and what a failure means to a user is the business of the
// rooms above. Rooms take the parts they need; their unit tests use `createFakeKernel`.

export type { CgroupStats, LiftableLimit } from './cgroups/cgroups.ts';
export { createKernel } from './create-kernel.ts';
export { createFakeKernel } from './fake/create-fake-kernel.ts';
export type { FakeKernel } from './fake/fake-kernel.ts';
export { descriptorPosition } from './files/descriptor-position.ts';
export { type FileReader, fileReader } from './files/file-reader.ts';
export { makeDevice } from './files/make-device.ts';
export { hostSpecialFiles, specialFiles } from './files/special-files.ts';
export { tryLock } from './files/try-lock.ts';
export type { SetElement } from './firewall/firewall.ts';
export type { Host } from './host/host.ts';
export type { Kernel } from './kernel.ts';
export { SystemCallError, systemCallError } from './libc/system-call-error.ts';
export { ensureHybridMountNamespace, removeMountNamespace } from './mounts/hybrid-namespace.ts';
export type { MountEntry, Mounts } from './mounts/mounts.ts';
export type { LinkStatistics, Links } from './network/links.ts';
export { execve } from './processes/execve.ts';
export { type AdoptedSocket, adoptSocket, keepOnExec } from './sockets/adopt-socket.ts';
export { type DescriptorSender, openDescriptorSender } from './sockets/descriptor-inbox.ts';
export type { DescriptorInbox, PortReservation, Sockets } from './sockets/sockets.ts';
