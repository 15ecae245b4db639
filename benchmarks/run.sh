#!/bin/sh
# make bench: what measures speed and quality on the shared kinds of sets. $1 is Python, $2 the folder of sets.
set -u
python=$1
sets=$2
export PYTHONPATH=.
run() {
    printf '\n## %s\n\n' "$*"
    "$python" "$@" || echo "(failed: $?)"
}
[ -d "$sets/cuad" ] && run benchmarks/encode.py "$sets/cuad" --chunks 256 --runs 5
[ -d "$sets/ingest_files" ] && run benchmarks/read_files.py "$sets/ingest_files"
[ -d "$sets/cuad/pdf" ] && run benchmarks/read_pdfs.py "$sets/cuad/pdf" --rounds 3
for set in cuad grascco korquad; do
    [ -d "$sets/$set" ] && run benchmarks/retrieval.py "$sets/$set" --peers "$sets/../peers/results"
done
for set in bioasq korquad; do
    [ -d "$sets/$set" ] && run benchmarks/retrieval.py "$sets/$set" --beir --peers "$sets/../peers/results"
done
[ -d "$sets/negex" ] && run benchmarks/assertions.py "$sets/negex/assertions.jsonl"
[ -d "$sets/ragtruth_qa" ] && run benchmarks/verify.py --responses "$sets/ragtruth_qa/grounding.jsonl" --nli "$sets/klue_nli/pairs.jsonl"
run benchmarks/namesakes.py
run benchmarks/latency.py
run benchmarks/fifty_at_once.py examples/casefile "What dose of rosuvastatin does Thomas Harrison take?" --index "$(mktemp -d)"
