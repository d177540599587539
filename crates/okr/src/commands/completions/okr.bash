# Completion of okr in bash: goes to /usr/share/bash-completion/completions/okr, or into ~/.bashrc.
# What can be completed is asked of okr itself, so this file never becomes stale.
source <(COMPLETE=bash okr)
