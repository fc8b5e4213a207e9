#!/usr/bin/env bash
# Runs a command in a root file system as a task of ECS does: read-only, not root, without capabilities.
# Called in a mount namespace of its own, which takes every mount with it when the command ends.
# There is no fork on the way, so that signals and the exit code are the command's own.
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

# What is left in the bounding set is what entering takes. The change of user ends it.
exec env -i "${environment[@]}" "$(command -v setpriv)" \
  --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid \
  "$(command -v unshare)" --root="$root" --wd="$folder" --setgid="$gid" --setuid="$uid" "$@"
