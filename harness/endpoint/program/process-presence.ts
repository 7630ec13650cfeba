/** Whether a process has this number now on this machine: `others` where it is there and this user may not send it signals. */
export function processPresence(pid: number): 'own' | 'others' | 'none' {
  try {
    process.kill(pid, 0);
    return 'own';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'others' : 'none';
  }
}
