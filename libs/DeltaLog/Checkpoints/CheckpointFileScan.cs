using System.Runtime.ExceptionServices;
using Tideway.DeltaLog.FileSets;

namespace Tideway.DeltaLog.Checkpoints;

/// <summary>Reads the files that a checkpoint lists straight into segments, by several threads where there are many.</summary>
internal static class CheckpointFileScan
{
    private const int MaxWorkers = 4;

    public static List<FileSegment> Read(CheckpointDatabase database, IReadOnlyList<RowRange> ranges, CancellationToken cancellationToken)
    {
        var shares = RowShares.Divide(ranges, Math.Min(MaxWorkers, Environment.ProcessorCount));
        if (shares is [var only])
            return ReadShare(database, only, cancellationToken);
        // DuckDB keeps little ahead of who reads a stream, so each worker drives one of its own; threads of DuckDB would only get in their way.
        var results = new List<FileSegment>[shares.Count];
        try
        {
            Parallel.For(
                0,
                shares.Count,
                new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = shares.Count },
                index => results[index] = ReadShare(database, shares[index], cancellationToken)
            );
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return [.. results.SelectMany(segments => segments)];
    }

    private static List<FileSegment> ReadShare(CheckpointDatabase database, IReadOnlyList<RowRange> share, CancellationToken cancellationToken)
    {
        var adds = new AddColumns();
        using var connection = database.Connect();
        var whole = share.Where(range => range.IsWhole).Select(range => range.Path).ToList();
        if (whole.Count > 0)
            Read(whole, null);
        foreach (var range in share.Where(range => !range.IsWhole))
            Read([range.Path], range);
        return adds.Build();

        void Read(IReadOnlyList<string> paths, RowRange? range)
        {
            var columns = CheckpointSql.ReadColumns(connection, paths, cancellationToken);
            if (CheckpointSql.SelectAdds(paths, range, columns) is not { } sql)
                return;
            using var result = connection.Query(sql, cancellationToken);
            foreach (var chunk in result.Chunks(cancellationToken))
                adds.Append(chunk);
        }
    }
}
