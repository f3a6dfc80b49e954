/**
 * One file operation, run inside the sandbox by `bash -c`: home, tmp, verb, path, more. Exit codes 44 to 49 are explained in
 * `files.ts`. A path is used only when what it really leads to lies under home or tmp; where the last part itself is meant
 * (a link to stat, move or remove) only its folder is resolved.
 */
export const FILES = `
home=$1 tmp=$2 verb=$3 path=$4
check() {
  IFS= read -r -d "" real < <(realpath -mz -- "$1")
  case "$real" in "$home"|"$home"/*|"$tmp"|"$tmp"/*) ;; *) exit 45 ;; esac
}
follow() { check "$1"; full=$real; }
locate() {
  case "$1" in "$home"|"$tmp") full=$1 ;; *) check "\${1%/*}"; full=$real/\${1##*/} ;; esac
}
show() { find "$@" -printf '%y\\0%Y\\0%p\\0%s\\0%m\\0%M\\0%u\\0%g\\0%T@\\0%l\\0'; }
there() { [ -e "$1" ] || [ -L "$1" ]; }
case "$verb" in
  read)
    follow "$path"
    [ -e "$full" ] || exit 44
    [ -d "$full" ] && exit 47
    [ -f "$full" ] || exit 49
    [ -r "$full" ] || { echo "$path: permission denied" >&2; exit 1; }
    size=$(stat -c %s -- "$full")
    printf '%020d' "$size"
    exec head -c "$size" -- "$full" ;;
  write)
    follow "$path"
    [ -d "$full" ] && exit 47
    if [ -e "$full" ] && [ ! -f "$full" ]; then exit 49; fi
    mkdir -p -- "\${full%/*}" || exit 1
    exec cat > "$full" ;;
  stat)
    locate "$path"
    there "$full" || exit 44
    show "$path" -maxdepth 0 ;;
  list)
    follow "$path"
    [ -e "$full" ] || exit 44
    [ -d "$full" ] || exit 48
    show "$path/" -mindepth 1 -maxdepth "$5" ;;
  make)
    follow "$path"
    [ -d "$full" ] && exit 46
    [ -e "$full" ] && exit 48
    mkdir -p -- "$full" || exit 1
    show "$path" -maxdepth 0 ;;
  move)
    locate "$path"; from=$full
    there "$from" || exit 44
    locate "$5"; to=$full
    mkdir -p -- "\${to%/*}" && mv -T -- "$from" "$to" || exit 1
    show "$5" -maxdepth 0 ;;
  remove)
    locate "$path"
    case "$full" in "$home"|"$tmp") exit 45 ;; esac
    there "$full" || exit 44
    rm -rf -- "$full" || exit 1 ;;
esac
`;
