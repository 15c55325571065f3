#!/bin/sh
# A container as Gradescope makes them, as far as one machine can: a root of its own with this machine's system, an image
# in which Python packages are installed already, nobody's files, and Docker's capabilities, so that no namespaces can be
# made. Runs setup.sh once, then run_autograder for each folder of submissions/; what they leave goes to results/NAME/.
# Then runs each of scripts/NAME.py into scripts/NAME.out; inside/ is what root alone finds as /autograder/inside.
#
# Usage, in a mount namespace of its own: container.sh SCRATCH PYTHON PREFIX SITE PACKAGES
#   PREFIX and SITE: of the Python PYTHON, and where it looks for packages; PACKAGES: a folder of installed ones
set -eu
scratch=$1 python=$2 prefix=$3 site=$4 packages=$5
root=$scratch/root
mkdir -p "$root"
mount -t tmpfs -o mode=0755 tmpfs "$root"

copy_on_write() {
    mkdir -p "$root/.upper$1" "$root/.work$1" "$root$1"
    mount -t overlay -o "lowerdir=$1,upperdir=$root/.upper$1,workdir=$root/.work$1" overlay "$root$1"
}
for folder in /usr /etc /var; do copy_on_write "$folder"; done
for link in /bin /sbin /lib /lib64; do [ ! -L "$link" ] || cp -a "$link" "$root$link"; done
mkdir -p "$root/root" "$root/home" "$root/proc" "$root/dev" "$root/run" "$root/tmp" "$root/autograder"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/dev/shm" # as Docker has it
rm -f "$root/etc/resolv.conf"
cat /etc/resolv.conf >"$root/etc/resolv.conf"
case $prefix in /usr*) ;; *) copy_on_write "$prefix" ;; esac

# The image's packages: all that the tests have but the course, which setup.sh is to install.
mkdir -p "$root/usr/share/installed" "$root/usr/share/packages" "$root$site"
mount --bind "$packages" "$root/usr/share/installed"
for path in "$packages"/*; do
    case ${path##*/} in image_classifier* | _editable_impl_* | *.pth) ;; *) ln -s "../installed/${path##*/}" "$root/usr/share/packages/" ;; esac
done
echo /usr/share/packages >"$root$site/image.pth"

cp -r "$scratch/source" "$root/autograder/source"
cp "$scratch/source/run_autograder" "$root/autograder/"
docker=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot
in_container() {
    setpriv --bounding-set=$docker --inh-caps=-all chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        PYTHON="$python" "$@"
}
in_container /autograder/source/setup.sh

for submission in "$scratch"/submissions/*/; do
    [ -d "$submission" ] || continue
    submission=${submission%/}
    results=$scratch/results/${submission##*/}
    mkdir -p "$results"
    rm -rf "$root/autograder/submission" "$root/autograder/results"
    cp -r "$submission" "$root/autograder/submission"
    mkdir "$root/autograder/results"
    echo '{"previous_submissions": ["a secret"]}' >"$root/autograder/submission_metadata.json"
    in_container /bin/sh -c 'cd /autograder && ./run_autograder' >"$results/stdout" 2>&1 || echo "status $?" >>"$results/stdout"
    cp -r "$root/autograder/results/." "$results"
done
if [ -d "$scratch/inside" ]; then
    cp -a "$scratch/inside" "$root/autograder/inside"
    chmod 700 "$root/autograder/inside"
fi
for script in "$scratch"/scripts/*.py; do
    in_container /autograder/venv/bin/python -I -c "$(cat "$script")" >"${script%.py}.out"
done
