#!/usr/bin/env bash
# Runs a command in a root file system as an ECS task does: read-only, not as root, without capabilities.
# Must run in its own mount namespace, which removes every mount when the command ends.
# Does not fork, so that signals reach the command and the exit code is the command's.
#
#   enter.sh ROOT FOLDER UID GID READ_ONLY_FILE MOUNT_POINT NAME=VALUE... -- COMMAND...
set -euo pipefail

root=$1 folder=$2 uid=$3 gid=$4 file=$5 mount_point=$6
shift 6
environment=()
while [[ $1 != -- ]]; do
  environment+=("$1")
  shift
done
shift

mount --bind "$root" "$root"
mkdir -p "$(dirname "$root$mount_point")"
touch "$root$mount_point"
mount --bind "$file" "$root$mount_point"
mount -o remount,bind,ro "$root$mount_point"
mount -t proc -o ro,nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
for device in null zero random urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -o remount,ro "$root/dev"
mount -o remount,bind,ro "$root"

# The bounding set keeps the capabilities for entering; the change of user removes them.
exec env -i "${environment[@]}" "$(command -v setpriv)" \
  --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid \
  "$(command -v unshare)" --root="$root" --wd="$folder" --setgid="$gid" --setuid="$uid" "$@"
