#!/bin/sh
# Index the example casefile and ask three questions; the last one cannot be answered from it, and says so.
set -eu
rag=$1
folder=$(dirname "$0")/casefile

"$rag" index "$folder"
ask() {
    printf '\n> %s\n' "$1"
    status=0
    "$rag" ask "$folder" "$1" --no-sync || status=$?
    # 3: abstained, 4: pages in scope could not be read; both are honest answers
    case $status in 0|3|4) ;; *) exit "$status" ;; esac
}
ask "Which anticoagulant was Margaret Harrison given?"
ask "Welche Antibiotika bekam Ingrid Brandt?"
ask "김서연 환자의 담낭 절제술을 집도한 의사는 누구입니까?"
