// The tests share two organisations, and some of them end services or the broker: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
