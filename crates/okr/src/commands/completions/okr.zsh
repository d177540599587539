#compdef okr
# Completion of okr in zsh: goes as _okr into a directory of $fpath, or after compinit into ~/.zshrc.
# What can be completed is asked of okr itself, so this file never becomes stale.
source <(COMPLETE=zsh okr)
if [[ "${funcstack[1]}" == _okr ]]; then
    _clap_dynamic_completer_okr "$@"
fi
