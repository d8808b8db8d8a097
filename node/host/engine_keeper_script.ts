/**
 * The program of the keeper of engine processes. Its arguments are the main module of a worker and
 * the command that runs it; a line of standard input is a request:
 *
 *     start KEY PORT SECRET KIBIBYTES      start process KEY
 *     kill KEY                             kill it, wait for its end, and answer `killed KEY`
 *
 * It first prints how much memory the control groups of the process allow. A process that is not
 * waited for keeps its number, so `kill` cannot hit another one. At the end of standard input every
 * process that is left is killed. It needs nothing but the built-in commands of a POSIX shell.
 */
export const KEEPER_SCRIPT = String.raw`
set -uf
trap '' HUP INT TERM
module=$1
shift
least=max

note() {
  [ -r "$1" ] && read -r most < "$1" || return 0
  case $most in '' | *[!0-9]*) return 0 ;; esac
  [ "$least" != max ] && [ "$least" -le "$most" ] || least=$most
}

note_group() {
  path=$1
  note "$path/$3"
  IFS=/
  for part in $2; do
    [ -z "$part" ] || { path=$path/$part && note "$path/$3"; }
  done
  unset IFS
}

if [ -r /proc/self/cgroup ]; then
  while IFS=: read -r _ controllers group; do
    case ,$controllers, in
      ,,) note_group /sys/fs/cgroup "$group" memory.max ;;
      *,memory,*) note_group /sys/fs/cgroup/memory "$group" memory.limit_in_bytes ;;
    esac
  done < /proc/self/cgroup
fi
printf 'memory %s\n' "$least"

started=' '
while read -r verb key port secret limit; do
  case $key in '' | *[!0-9]*) continue ;; esac
  case $verb in
    start)
      (
        ulimit -d "$limit"
        [ ! -w /proc/self/oom_score_adj ] || printf 1000 > /proc/self/oom_score_adj
        exec "$@" "--allow-net=127.0.0.1:$port" "$module" "$port" > /dev/null <<SECRET
$secret
SECRET
      ) &
      eval "process_$key=$!"
      started="$started$key "
      ;;
    kill)
      case $started in
        *" $key "*)
          eval "process=\$process_$key"
          kill -KILL "$process"
          wait "$process"
          left=' '
          for other in $started; do [ "$other" = "$key" ] || left="$left$other "; done
          started=$left
          ;;
      esac
      printf 'killed %s\n' "$key"
      ;;
  esac
done
for key in $started; do eval "kill -KILL \$process_$key"; done
wait
`;
