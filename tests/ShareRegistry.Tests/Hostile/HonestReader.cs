using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Hostile;

/// <summary>A recipient that queries its table again and again, and expects an answer each time.</summary>
internal sealed class HonestReader : IAsyncDisposable
{
    private readonly RecipientClient recipient;
    private readonly CancellationTokenSource end = new();
    private readonly Task reading;

    public HonestReader(RecipientClient recipient)
    {
        this.recipient = recipient;
        reading = Task.Run(ReadOnAsync);
    }

    /// <summary>One query, which is answered.</summary>
    public async Task ReadAsync() =>
        (await recipient.Http.PostAnswerAsync("/delta-sharing/shares/sales/schemas/shop/tables/orders/query", "{}"))
            .ShouldBe(HttpStatusCode.OK)
            .Files()
            .Count.ShouldBe(1);

    /// <summary>Tells of the query that was not answered, where there was one.</summary>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await reading;
        end.Dispose();
    }

    private async Task ReadOnAsync()
    {
        while (!end.IsCancellationRequested)
        {
            await ReadAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }
}
