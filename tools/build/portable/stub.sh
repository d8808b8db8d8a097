#!/bin/sh
# dml @VERSION@ for @TARGET@: this script, followed by an archive of the program. It needs only a POSIX shell, tar and gzip.
# It unpacks the program once into the user's cache, verifies it by hash, and starts it with the permissions of its command line.
set -u
id='@ID@'
files='@FILES@'

# Succeeds if all files in $1 are there, belong to this user and were not changed since they were verified.
is_whole() {
  [ -f "$1/ready" ] && [ -O "$1" ] || return 1
  for file in $files; do
    [ -f "$1/$file" ] && ! [ "$1/$file" -nt "$1/ready" ] || return 1
  done
}

# Calls $1 with each place that may hold the program until one call succeeds.
in_some_cache() {
  if [ -n "${DML_CACHE:-}" ]; then in_cache "$1" "$DML_CACHE"; return; fi
  case ${XDG_CACHE_HOME:-} in /*) in_cache "$1" "$XDG_CACHE_HOME" && return ;; esac
  [ -n "${HOME:-}" ] && in_cache "$1" "$HOME/@CACHE@" && return
  for temporary in "${TMPDIR:-/tmp}" /var/tmp; do
    [ -d "$temporary" ] && in_cache "$1" "$temporary" && return
  done
  return 1
}

# Calls $1 with this user's directory in the cache $2. In a shared cache every user has a directory of their own, so that nobody
# starts a program that another user could have written.
in_cache() {
  for name in dml dml-2 dml-3 dml-4 dml-5 dml-6 dml-7 dml-8 dml-9; do
    [ -h "$2/$name" ] && continue
    if [ -O "$2/$name" ] || ! [ -e "$2/$name" ]; then "$1" "$2/$name"; return; fi
  done
  return 1
}

find_whole() {
  is_whole "$1/$id" && here=$1/$id
}

unpack_and_find() {
  tried="$tried $1"
  output=$(unpack "$1" 2>&1)
  code=$?
  case $code in
    0) find_whole "$1" ;;
    1 | 126) return 1 ;; # the disk is full, or writing or executing is not allowed there: try the next place
    *) fail "dml cannot be unpacked:$output" ;;
  esac
}

unpack() (
  umask 077
  make_directory "$1" && cd "$1" || exit 1
  number=0
  until refusal=$( (set -C; : > ".claim-$$-$number") 2>&1); do
    number=$((number + 1))
    [ "$number" -lt 20 ] || { printf '%s' "$refusal"; exit 1; }
  done
  claim=.claim-$$-$number new=.new-$$-$number
  trap 'discard; exit 1' HUP INT TERM
  wait_for_others
  if is_whole "$id"; then discard; exit 0; fi
  skip_to_archive
  if make_directory "$new" && gzip -dc <&3 | tar -xof - -C "$new" && [ -f "$new/manifest" ]; then
    DENO_DIR=$new/deno-dir "$new/deno" run @ISOLATION@ \
      --allow-read=. --allow-write=. "$new/install.js" "$new" "$id" "$claim"
    code=$?
  else
    code=1
    skip_to_archive
    gzip -t <&3 || { printf ' %s is damaged or was cut short: copy dml again.' "$0"; code=9; }
  fi
  [ "$code" = 0 ] || discard
  exit "$code"
)

# Waits while a process with a lower id unpacks the same program. On a host without sleep, both unpack.
wait_for_others() {
  [ -n "$(command -v sleep)" ] || return 0
  waits=0
  while [ "$waits" -lt 300 ] && others_unpack; do
    sleep 0.1 || sleep 1
    waits=$((waits + 1))
  done
}

others_unpack() {
  for other in .claim-*; do
    other=${other#.claim-}
    other=${other%-*}
    [ "$other" -lt $$ ] && kill -0 "$other" && return 0
  done
  return 1
}

skip_to_archive() {
  exec 3< "$self"
  while IFS= read -r line <&3 && [ "$line" != '@MARK@' ]; do :; done
}

# Frees the space of an unfinished unpacking. On a host without rm the files are emptied, and the next version removes them.
discard() {
  if [ -n "$(command -v rm)" ]; then rm -rf "$new" "$claim"; return; fi
  for file in $files; do [ -f "$new/$file" ] && : > "$new/$file"; done
}

# Does mkdir -p. On a host without mkdir, tar creates each directory from an archive that contains nothing else.
make_directory() {
  [ -d "${1:-/}" ] && return
  case $1 in */*) make_directory "${1%/*}" || return ;; esac
  if [ -n "$(command -v mkdir)" ]; then
    mkdir "$1" || [ -d "$1" ]
  else
    case $1 in */*) parent=${1%/*}/ ;; *) parent=. ;; esac
    archived_directory "${1##*/}" | tar -xomf - -C "$parent"
    [ -d "$1" ]
  fi
}

# Prints a tar archive of one directory called $1, mode 0700.
archived_directory() {
  case $1 in *[!-._a-zA-Z0-9\ ]*) return 1 ;; esac
  [ "${#1}" -le 99 ] || return 1
  sum=3035 rest=$1 # of all bytes except those of the name
  while [ -n "$rest" ]; do
    sum=$((sum + $(printf '%d' "'$rest")))
    rest=${rest#?}
  done
  printf '%s' "$1"; zeros $((100 - ${#1}))
  printf '0000700\0000000000\0000000000\00000000000000\00000000000000\000%06o\000 5' "$sum"; zeros 100
  printf 'ustar\00000'; zeros $((32 + 32 + 8 + 8 + 155 + 12 + 1024))
}

zeros() {
  left=$1
  while [ "$left" -gt 0 ]; do printf '\000'; left=$((left - 1)); done
}

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 3
}

# Used for `join --upgrade`; `own` starts Deno. This script keeps running as the parent of the node. It starts a newer program
# that the node has fetched from its master into directory $1, and the old one again if the master does not accept the new
# program within $2 ms.
supervise() {
  upgrades=$1 within=$2
  shift 2
  program='' trial='' end='' child='' stopped='' watch=''
  if [ -d "$upgrades" ]; then eval "$(upgrade next)"; fi
  unset DML_TRIAL_ENDED
  [ -z "$end" ] || exit "$end"
  if [ -n "$program" ] && [ -z "$trial" ]; then exec sh "$upgrades/$program" "$@"; fi
  for signal in HUP INT TERM; do trap "stopped=$signal; [ -z \"\$child\" ] || kill -$signal \"\$child\"" $signal; done
  export DML_SUPERVISED=1
  if [ -n "$trial" ]; then
    (export DML_TRIAL="$trial"; exec sh "$upgrades/$program" "$@") &
    child=$!
    { upgrade watch "$trial" "$within"; [ $? != @LATE@ ] || kill -KILL "$child"; } &
    watch=$!
  else
    own "$@" &
    child=$!
  fi
  [ -z "$stopped" ] || kill "-$stopped" "$child"
  code=0
  while :; do
    wait "$child" 2> /dev/null
    code=$?
    { [ "$code" != 127 ] && kill -0 "$child"; } 2> /dev/null || break
  done
  trap - HUP INT TERM
  [ -z "$watch" ] || kill "$watch" 2> /dev/null
  [ -z "$stopped" ] || exit "$code"
  [ -z "$trial" ] || export DML_TRIAL_ENDED="$trial $code"
  [ -n "$trial" ] || [ "$code" = @RESTART@ ] || exit "$code"
  [ ! -f "$DML_EXECUTABLE" ] || exec sh "$DML_EXECUTABLE" "$@"
  supervise "$upgrades" "$within" "$@"
}

# Runs upgrade.js: `next` prints as shell code which program to start, `watch` waits until a program on trial is accepted.
upgrade() (
  cd "$upgrades" && exec "$here/deno" run @ISOLATION@ --allow-env=DML_TRIAL_ENDED --allow-read=. --allow-write=. \
    "$here/upgrade.js" "$@"
)

# Moves the values of --token and --to-token out of the arguments, which every account of the host can read in the list of
# processes, into variables, and starts this script anew without them. `-` stands for standard input and is left for dml, as is
# a flag without a value.
hide_tokens() {
  left=$# literal='' token='' to_token=''
  while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $literal$argument in
      --) literal=yes ;;
      --token=- | --to-token=-) ;;
      --token=?*) token=${argument#--token=}; continue ;;
      --to-token=?*) to_token=${argument#--to-token=}; continue ;;
      --token | --to-token)
        case $left,${1-} in
          0,* | *, | *,-*) ;;
          *)
            if [ "$argument" = --token ]; then token=$1; else to_token=$1; fi
            shift
            left=$((left - 1))
            continue ;;
        esac ;;
    esac
    set -- "$@" "$argument"
  done
  [ -n "$token$to_token" ] || return 0
  if [ -n "$token" ]; then unset DML_TOKEN_FILE; export DML_TOKEN="$token"; fi
  if [ -n "$to_token" ]; then export DML_TO_TOKEN="$to_token"; fi
  exec sh "$self" "$@"
}

case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
case " $*" in *\ --token* | *\ --to-token*) hide_tokens "$@" ;; esac
export DML_EXECUTABLE="${DML_EXECUTABLE:-$self}"
tried='' output='' here=''
@CHECK@
in_some_cache find_whole || in_some_cache unpack_and_find ||
  fail "dml cannot be unpacked anywhere; it tried$tried, the last one failed with: ${output:-it cannot be written}. Make room for @MEGABYTES@ MB, or name a directory with DML_CACHE."

export DENO_DIR="$here/deno-dir" DENO_NO_UPDATE_CHECK=1
dml() {
  exec "$here/deno" run @ISOLATION@ @UNSTABLE@ "$@"
}
case ${1:-help},$here in
  *,*,*) ;; # a comma in a path would split Deno's list of paths: start_line.js handles it
  version,* | help,* | -V,* | --version,* | -h,* | --help,*)
    dml --allow-env='@ENVIRONMENT@' --allow-read="$here" "$here/main.js" "$@" ;;
esac
line=$("$here/deno" run @ISOLATION@ --allow-env='@ENVIRONMENT@' --allow-read \
  "$here/start_line.js" "$@") || exit
eval "$line"
