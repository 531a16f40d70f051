# SPDX-License-Identifier: LGPL-2.1-or-later
"""Job control of an interactive bash on a pseudo terminal: prints what the
terminal shows, numbers of two and more digits (process ids) as N."""
import os
import pty
import re
import select
import sys
import termios
import time

CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH = b'\x03', b'\x04', b'\x1a', b'\x1c'
PROMPT = b'<ready> '


def start(*argv):
    pid, fd = pty.fork()
    if not pid:
        os.environ['PS1'] = PROMPT.decode()
        os.execvp(argv[0], argv)
    attr = termios.tcgetattr(fd)
    attr[3] &= ~termios.ECHO
    termios.tcsetattr(fd, termios.TCSANOW, attr)
    return pid, fd


def show_until(fd, end):
    text = b''
    while not text.endswith(end) and select.select([fd], [], [], 60)[0]:
        try:
            more = os.read(fd, 4096)
        except OSError:             # the other side is closed
            break
        if not more:
            break
        text += more
    text = re.sub(r'\x1b\[\?2004.', '', text.decode()).replace('\r', '')
    sys.stdout.write(re.sub(r'\b\d{2,}\b', 'N', text))


def command(line, keys=None):
    """Type a line, and keys once it runs in the foreground."""
    os.write(fd, line.encode() + b'\n')
    if keys:
        while os.tcgetpgrp(fd) == pid:
            time.sleep(.01)
        time.sleep(.2)
        os.write(fd, keys)
    show_until(fd, PROMPT)


pid, fd = start('bash', '--norc', '--noprofile', '--noediting', '-i')
show_until(fd, PROMPT)
command('ulimit -c 0; tty | tr -d 0-9; stty -a | tail -3')
command('stty rows 30 cols 99; stty size')
command('sleep 100', CTRL_Z)
command('echo $?; jobs')
command('bg')
command('jobs')
command('fg', CTRL_C)
command('echo $?')
command('cat | cat', b'typed\n' + CTRL_D)
command('echo ${PIPESTATUS[@]}')
command('cat', CTRL_BACKSLASH)
command('echo $?')
command('sleep 50 & sleep 60 & kill -STOP %1; sleep .3; jobs')
command('kill -9 %1 %2; sleep .5; jobs')
command("trap 'echo winch' WINCH; kill -WINCH $$")
command('read -t .1 x; echo $?')
command('(trap "" INT; sleep 1; echo survived)', CTRL_C)
command('sleep 100', CTRL_Z)
command('kill -9 %%; sleep .3; jobs')
command('cat </dev/tty & sleep .5; jobs')
command('kill -9 %%; sleep .3; jobs')
command("bash -c 'trap \"echo hup\" HUP; kill -HUP $$; stty -a <&2 | wc -l'")
os.write(fd, b'exit 7\n')
show_until(fd, b'nothing more')
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
