# A primary and a streaming standby of the machine's own PostgreSQL, for scripts to source.
# Sets bin, work, user, primary and standby (ports), pids; defines as, free_port, start_servers
# and find_java. What was started ends with the script.

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "no PostgreSQL under /usr/lib/postgresql (apt install postgresql)" >&2; exit 1; }
work=$(mktemp -d /tmp/headroom-router.XXXXXX)
chmod 755 "$work"
user=$(id -un)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  user=postgres
  as() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
fi
chown "$user" "$work"
install -d -o "$user" "$work/run"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
primary=$(free_port) standby=$(free_port)
pids=()
finish() {
  # A proxy that runs as another user is a child of the shell that changed the user.
  for pid in "${pids[@]}"; do
    for child in $(ps -o pid= --ppid "$pid"); do kill "$child" 2>/dev/null || true; done
    kill "$pid" 2>/dev/null || true
  done
  for data in standby primary; do
    [ -d "$work/$data" ] && as "$bin/pg_ctl" -D "$work/$data" -m immediate stop >/dev/null 2>&1 || true
  done
  rm -rf "$work"
}
trap finish EXIT

# start_servers SUPERUSER PASSWORD CORES, and more lines of postgresql.conf on standard input
start_servers() {
  cd "$work"
  install -d -o "$user" "$work/primary"
  echo "$2" >"$work/pw"
  chmod 644 "$work/pw"
  as "$bin/initdb" -D "$work/primary" -U "$1" -A scram-sha-256 --pwfile="$work/pw" >/dev/null
  as tee -a "$work/primary/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$work/run'
fsync = off
hot_standby = on
CONF
  as tee -a "$work/primary/postgresql.conf" >/dev/null
  echo "host replication $1 127.0.0.1/32 trust" | as tee -a "$work/primary/pg_hba.conf" >/dev/null
  as cp -r "$work/primary" "$work/standby"
  as touch "$work/standby/standby.signal"
  echo "primary_conninfo = 'host=127.0.0.1 port=$primary user=$1 password=$2'" |
    as tee -a "$work/standby/postgresql.conf" >/dev/null
  as taskset -c "$3" "$bin/pg_ctl" -w -D "$work/primary" -o "-p $primary" -l "$work/run/primary.log" start >/dev/null
  as taskset -c "$3" "$bin/pg_ctl" -w -D "$work/standby" -o "-p $standby" -l "$work/run/standby.log" start >/dev/null
  export PGPASSWORD=$2 PGUSER=$1 PGHOST=127.0.0.1 PGSSLMODE=disable
}

# find_java: a JDK 25, as the headroom script finds it: JAVA_HOME, else the usual places
find_java() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
    if grep -qs '^JAVA_VERSION="25[."]' "$home/release"; then
      echo "$home/bin/java"
      return
    fi
  done
  echo "no JDK 25 (expected: JAVA_HOME, or one under /usr/lib/jvm)" >&2
  return 1
}
