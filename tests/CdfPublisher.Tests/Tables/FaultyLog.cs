using System.Runtime.CompilerServices;
using Tideway.CdfPublisher.Tables;

namespace Tideway.CdfPublisher.Tests.Tables;

/// <summary>Storage that fails at the call a test chooses.</summary>
internal sealed class FaultyLog(ITableLog inner) : ITableLog
{
    public int Calls { get; private set; }

    /// <summary>Number of the call that fails, from 1 on; 0 for none.</summary>
    public int FailAt { get; set; }

    public Task<TableHead?> ReadHeadAsync(string location, CancellationToken cancellationToken)
    {
        Count();
        return inner.ReadHeadAsync(location, cancellationToken);
    }

    public Task<string?> FindCommitAsync(string location, long version, CancellationToken cancellationToken)
    {
        Count();
        return inner.FindCommitAsync(location, version, cancellationToken);
    }

    public Task<long?> FindEarliestCommitAsync(string location, CancellationToken cancellationToken)
    {
        Count();
        return inner.FindEarliestCommitAsync(location, cancellationToken);
    }

    public async IAsyncEnumerable<CommittedVersion> ReadCommitsAsync(string location, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Count();
        await foreach (var commit in inner.ReadCommitsAsync(location, from, cancellationToken))
        {
            yield return commit;
            Count();
        }
    }

    private void Count()
    {
        if (++Calls == FailAt)
            throw new IOException("The storage failed, as the test wanted.");
    }
}
