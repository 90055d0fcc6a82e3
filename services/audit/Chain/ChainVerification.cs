using Tideway.Audit.Records;
using Tideway.Audit.Storage;

namespace Tideway.Audit.Chain;

/// <summary>Walks the chain and finds the first record that is not as it was written.</summary>
internal sealed class ChainVerification(AuditDatabase database)
{
    private const int PageSize = 2000;

    /// <summary>Checks the records from <paramref name="first"/> to <paramref name="last"/>; each also against the one before it.</summary>
    public async Task<ChainState> VerifyAsync(long first, long last, CancellationToken cancellationToken)
    {
        var end = Math.Min(last, await database.QueryFirstOrDefaultAsync<long>(RecordSql.LastSequence, null, cancellationToken));
        var (position, hash) = (0L, new byte[RecordHash.Length]);
        if (first > 1)
        {
            var before = await database.QueryAsync<AuditRecord>(
                RecordSql.Range,
                new
                {
                    after = first - 2,
                    last = first - 1,
                    limit = 1,
                },
                cancellationToken
            );
            if (before.Count == 0 && first <= end)
                return new ChainState(0, first, end, null, new BrokenRecord(first - 1, null, "missing", "A record is missing where the chain goes on."));
            (position, hash) = (first - 1, before.Count == 0 ? hash : before[0].Hash);
        }

        var verified = 0L;
        while (position < end)
        {
            var page = await database.QueryAsync<AuditRecord>(
                RecordSql.Range,
                new
                {
                    after = position,
                    last = end,
                    limit = PageSize,
                },
                cancellationToken
            );
            foreach (var record in page)
            {
                if (Problem(record, position + 1, hash) is { } broken)
                    return new ChainState(verified, first, end, null, broken);
                (position, hash) = (record.Sequence, record.Hash);
                verified++;
            }

            if (page.Count == 0)
                return new ChainState(
                    verified,
                    first,
                    end,
                    null,
                    new BrokenRecord(position + 1, null, "missing", "A record is missing where the chain goes on.")
                );
        }

        return new ChainState(verified, first, end, verified == 0 ? null : Convert.ToHexStringLower(hash), null);
    }

    private static BrokenRecord? Problem(AuditRecord record, long sequence, byte[] previousHash)
    {
        if (record.Sequence != sequence)
            return new BrokenRecord(sequence, null, "missing", $"Record {sequence} is missing; the next one there is {record.Sequence}.");
        if (!record.PreviousHash.AsSpan().SequenceEqual(previousHash))
            return new BrokenRecord(sequence, record.EventId, "unchained", "It does not carry the hash of the record before it.");
        if (!RecordHash.Of(record).AsSpan().SequenceEqual(record.Hash))
            return new BrokenRecord(sequence, record.EventId, "altered", "Its content does not have the hash it carries.");
        return null;
    }
}

/// <summary>What a walk along the chain found.</summary>
/// <param name="VerifiedCount">Records found whole before the first broken one.</param>
/// <param name="FromSequence">Where the walk began.</param>
/// <param name="ToSequence">Where it ended, or would have.</param>
/// <param name="LastHash">Hash of the last record, where all are whole. Kept elsewhere, it proves later that nothing was cut off the end.</param>
/// <param name="FirstBroken">The first record that is not as it was written.</param>
internal sealed record ChainState(long VerifiedCount, long FromSequence, long ToSequence, string? LastHash, BrokenRecord? FirstBroken)
{
    /// <summary>Whether all records are whole.</summary>
    public bool Valid => FirstBroken is null;
}

/// <summary>A record that is not as it was written.</summary>
/// <param name="Sequence">Its place in the chain.</param>
/// <param name="EventId">Its identity, unless it is missing.</param>
/// <param name="Reason"><c>altered</c>, <c>unchained</c> or <c>missing</c>.</param>
/// <param name="Message">The reason in words.</param>
internal sealed record BrokenRecord(long Sequence, Guid? EventId, string Reason, string Message);
