namespace Tideway.Benchmarks;

/// <summary>One question with a figure for an answer.</summary>
internal interface IBenchmark
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>The question, and what it is compared with.</summary>
    string Question { get; }

    /// <summary>Measures; what it starts, it ends.</summary>
    Task<IReadOnlyList<Measure>> RunAsync(CancellationToken cancellationToken);
}
