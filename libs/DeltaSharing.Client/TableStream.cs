using System.Runtime.CompilerServices;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Lines;

namespace Tideway.DeltaSharing.Client;

/// <summary>
/// The files of a table, or its changes, read as they come. Pages are joined. Memory does not grow with the number of lines. Dispose it, also
/// when not read to the end.
/// </summary>
public sealed class TableStream : IAsyncDisposable
{
    private readonly Func<string?, CancellationToken, Task<Answer>> ask;
    private readonly DeltaSharingClientOptions options;
    private readonly HashSet<string> pageTokens = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource lifetime = new();
    private Answer answer;
    private Stream? body;
    private IAsyncEnumerator<SharingLine>? lines;
    private bool isRead;

    private TableStream(Func<string?, CancellationToken, Task<Answer>> ask, Answer answer, DeltaSharingClientOptions options)
    {
        this.ask = ask;
        this.answer = answer;
        this.options = options;
    }

    /// <summary>The version that the answer is about: the latest, or that of the first files.</summary>
    public long Version { get; private set; }

    /// <summary>The server's id of the exchange; of the last page asked for.</summary>
    public string? RequestId => answer.RequestId;

    /// <summary>What a reader must know.</summary>
    public ProtocolLine Protocol { get; private set; } = null!;

    /// <summary>Schema, partition columns and the like.</summary>
    public MetadataLine Metadata { get; private set; } = null!;

    /// <summary>The last line of the last page, where there was one; known after all lines are read.</summary>
    public EndStreamLine? EndStream { get; private set; }

    internal static async Task<TableStream> OpenAsync(
        Func<string?, CancellationToken, Task<Answer>> ask,
        DeltaSharingClientOptions options,
        CancellationToken cancellationToken
    )
    {
        var stream = new TableStream(ask, await ask(null, cancellationToken).ConfigureAwait(false), options);
        try
        {
            await stream.BeginAsync(cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The lines after the first two, without the end-stream line. Can be read once.</summary>
    /// <exception cref="DeltaSharingException">The answer broke off, is malformed or too large, or the server told that it failed.</exception>
    public async IAsyncEnumerable<SharingLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (isRead)
            throw new InvalidOperationException("The lines were read already.");
        isRead = true;
        while (true)
        {
            EndStream = null;
            while (await NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (EndStream is not null)
                    throw answer.Malformed("the end-stream line to be the last");
                if (line is EndStreamLine end)
                    EndStream = end;
                else
                    yield return line;
            }

            if (NextPage() is not { } token)
                yield break;
            await CloseAsync().ConfigureAwait(false);
            answer = await ask(token, cancellationToken).ConfigureAwait(false);
            await BeginAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        lifetime.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var isFirst = Protocol is null;
        var version = answer.TableVersion();
        if (!isFirst && version != Version)
            throw answer.Malformed($"the next page to be of version {Version}, got version {version}");
        Version = version;
        body = await answer.OpenAsync(cancellationToken).ConfigureAwait(false);
        lines = NdjsonReader.ReadAsync(body, options.MaxLineBytes, lifetime.Token).GetAsyncEnumerator(lifetime.Token);
        Protocol = await NextAsync(cancellationToken).ConfigureAwait(false) as ProtocolLine ?? throw answer.Malformed("a protocol line first");
        if (Protocol.MinReaderVersion > 1)
            throw new DeltaSharingException(
                DeltaSharingError.Unsupported,
                $"{answer.Source}: the table needs a reader of version {Protocol.MinReaderVersion}, this is one of version 1."
            )
            {
                RequestId = RequestId,
            };
        var metadata = await NextAsync(cancellationToken).ConfigureAwait(false) as MetadataLine ?? throw answer.Malformed("a metaData line second");
        if (!isFirst && (metadata.Id != Metadata.Id || metadata.SchemaString != Metadata.SchemaString))
            throw answer.Malformed("the next page to have the same metadata");
        Metadata = metadata;
    }

    private async Task<SharingLine?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The reader lives longer than the call that is under way, so it cannot take that call's token.
            cancellationToken.ThrowIfCancellationRequested();
            using var cancelled = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), lifetime);
            return await lines!.MoveNextAsync().ConfigureAwait(false) ? lines.Current : null;
        }
        catch (SharingProtocolException exception)
        {
            throw exception.Error switch
            {
                SharingProtocolError.LineTooLong => answer.TooLarge($"lines of at most {options.MaxLineBytes} bytes"),
                SharingProtocolError.Truncated => new DeltaSharingException(
                    DeltaSharingError.ConnectionBroken,
                    $"{answer.Source}: {exception.Message}",
                    exception
                )
                {
                    RequestId = RequestId,
                    IsTransient = true,
                },
                _ => answer.Malformed($"lines of the protocol. {exception.Message}", exception),
            };
        }
    }

    private string? NextPage()
    {
        if (EndStream is null && answer.Capabilities.IncludeEndStreamAction)
            throw new DeltaSharingException(DeltaSharingError.ConnectionBroken, $"{answer.Source}: expected the end-stream line that was promised, got none.")
            {
                RequestId = RequestId,
                IsTransient = true,
            };
        if (EndStream?.ErrorMessage is { } message)
            throw new DeltaSharingException(DeltaSharingError.ServerFailed, $"{answer.Source}: the server failed on the way: {message}")
            {
                Status = EndStream.HttpStatusErrorCode,
                RequestId = RequestId,
                IsTransient = EndStream.HttpStatusErrorCode is null or 429 or >= 500,
            };
        if (string.IsNullOrEmpty(EndStream?.NextPageToken))
            return null;
        if (!pageTokens.Add(EndStream.NextPageToken) || pageTokens.Count >= options.MaxPages)
            throw answer.TooLarge($"at most {options.MaxPages} pages, each with a token of its own");
        return EndStream.NextPageToken;
    }

    private async Task CloseAsync()
    {
        if (lines is not null)
            await lines.DisposeAsync().ConfigureAwait(false);
        if (body is not null)
            await body.DisposeAsync().ConfigureAwait(false);
        lines = null;
        body = null;
        answer.Dispose();
    }
}
