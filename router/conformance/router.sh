# For scripts to source behind servers.sh: start_router.

# start_router DATABASE USER PASSWORD POOL LOG, and more lines of spec.router on standard input;
# sets port, and returns when reads go to the standby.
start_router() {
  port=$(free_port)
  {
    cat <<YAML
apiVersion: headroom.dev/v1alpha1
kind: ScaledApp
metadata: {name: conformance}
spec:
  services: {web: {endpoints: ["http://127.0.0.1:1"], paths: [/**]}}
  database:
    primary: "postgres://$2:$3@127.0.0.1:$primary/$1?sslmode=disable"
    readReplicas: ["postgres://$2:$3@127.0.0.1:$standby/$1?sslmode=disable"]
  router:
    listen: $port
    pool: $4
YAML
    cat
  } >"$work/app.yaml"
  local jar=$root/launcher/target/launcher-0.1.0.jar
  [ -f "$jar" ] || "$root/headroom" check -f "$work/app.yaml" >/dev/null
  "$(find_java)" -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "${HEADROOM_CP:+$HEADROOM_CP:}$jar" \
    dev.headroom.launcher.Headroom \
    router -f "$work/app.yaml" --admin 0 --telemetry http://127.0.0.1:1 >"$5" 2>&1 &
  pids+=($!)
  for _ in $(seq 150); do
    PGPASSWORD=$3 psql -U "$2" -p "$port" -Atqc 'SELECT 1' "$1" >/dev/null 2>&1 || true
    # total_query_count|replica_query_count|…
    PGPASSWORD=$3 psql -U "$2" -p "$port" -Atqc 'SHOW STATS' headroom 2>/dev/null | grep -q '^[0-9]*|[1-9]' && return
    sleep 0.2
  done
  echo "the router does not serve reads from the standby:" >&2
  tail -20 "$5" >&2
  return 1
}
