# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# sapdb.bash - completion for bash: commands and options as sapdb's own help tells them,
# addresses and users of the leases that are there
#
# Loaded by the package bash-completion when sapdb is completed for the first time.

# _sapdb_options [COMMAND] - the long options of its help
_sapdb_options() {
	sapdb ${1:+"$1"} --help 2>/dev/null | sed -n 's/^  -., \(--[a-z-]*=\{0,1\}\).*/\1/p'
}

# _sapdb_commands - as the help lists them
_sapdb_commands() {
	sapdb --help 2>/dev/null | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'
}

# _sapdb_leased MEMBER - its values among the leases: nothing to who may not see them
_sapdb_leased() {
	sapdb --json status 2>/dev/null | sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" | sort -u
}

# _sapdb_blocked - networks and users, as they were blocked
_sapdb_blocked() {
	sapdb --json block 2>/dev/null | sed -n 's/^{"[a-z]*":"\([^"]*\)".*/\1/p'
}

# _sapdb_parts - what sapdb setup can set up, as its help lists it
_sapdb_parts() {
	sapdb setup --help 2>/dev/null | sed -n 's/^Parts: \(.*\)/\1/p' | tr ' ' '\n'
}

# _sapdb_command - the command among the words, past the options before it
_sapdb_command() {
	local i
	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		-c | -m | --conf | --map) ((i++)) ;;
		-*) ;;
		*) printf '%s\n' "${words[i]}" && return ;;
		esac
	done
}

_sapdb_arguments() {
	case $1 in
	status | revoke) _sapdb_leased address ;;
	unblock) _sapdb_blocked ;;
	setup) _sapdb_parts ;;
	esac
}

# _sapdb_offer - of the words on stdin, a line each, those that begin as the current word. They are
# data: compgen -W would expand what a user's name has in it.
_sapdb_offer() {
	local word
	while IFS= read -r word; do
		[[ -n $word && $word == "$cur"* ]] || continue
		[[ $word =~ ^[A-Za-z0-9./:=@_-]+$ ]] || printf -v word %q "$word"
		COMPREPLY+=("$word")
	done
}

_sapdb() {
	local cur prev words cword split command
	_init_completion -s -n : || return
	command=$(_sapdb_command)
	case $prev in
	-c | --conf | -m | --map) _filedir && return ;;
	-u | --user) _sapdb_offer < <(_sapdb_leased user) && return ;;
	-f | --for | -b | --block) _sapdb_offer <<<$'15min\n2h\n1d' && return ;;
	esac
	$split && return
	if [[ $cur == -* ]]; then
		_sapdb_offer < <(_sapdb_options "$command")
	elif [[ -z $command ]]; then
		_sapdb_offer < <(_sapdb_commands)
	elif [[ $command == rebuild ]]; then
		_filedir && return
	else
		_sapdb_offer < <(_sapdb_arguments "$command")
	fi
	[[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
	__ltrim_colon_completions "$cur"
}

complete -F _sapdb sapdb
