#!/bin/sh
# Fills the placeholders of worker.properties in from the environment and starts the worker.
set -eu
: "${KAFKA_BROKERS:?set it to host:port, ...}"
CONNECT_ADVERTISED_HOST=${CONNECT_ADVERTISED_HOST:-$(hostname)}
filled=/tmp/worker.properties
cp /opt/connect/worker.properties "$filled"
for name in KAFKA_BROKERS CONNECT_HOST CONNECT_PORT CONNECT_ADVERTISED_HOST CONNECT_REPLICATION PLUGIN_PATH; do
  eval "value=\$$name"
  sed -i "s|\${$name}|$value|g" "$filled"
done
exec /opt/kafka/bin/connect-distributed.sh "$filled"
