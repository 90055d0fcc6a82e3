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
    private readonly Func<AnswerPage, CancellationToken, Task<Answer>> ask;
    private readonly DeltaSharingClientOptions options;
    private readonly TimeProvider time;
    private readonly SeenTokens pageTokens;
    private readonly CancellationTokenSource lifetime = new();
    private Answer answer;
    private Stream? body;
    private IAsyncEnumerator<SharingLine>? lines;
    private bool isRead;
    private string? queryId;
    private long lineCount;

    private TableStream(Func<AnswerPage, CancellationToken, Task<Answer>> ask, Answer answer, DeltaSharingClientOptions options, TimeProvider time)
    {
        this.time = time;
        this.ask = ask;
        this.answer = answer;
        this.options = options;
        pageTokens = new SeenTokens(options);
    }

    /// <summary>The version that the answer is about: the latest, or that of the first files.</summary>
    public long Version { get; private set; }

    /// <summary>What was asked, for messages: method and address, without what the query of that says; of the last page.</summary>
    public string Source => answer.Source;

    /// <summary>The server's id of the exchange; of the last page asked for.</summary>
    public string? RequestId => answer.RequestId;

    /// <summary>How the server says that it made the ids of files; of the last page asked for. <see langword="null"/> where it does not say.</summary>
    public FileIdScheme? FileIdHash => FileIdSchemes.Parse(answer.Header(HeaderNames.FileIdHash));

    /// <summary>What the table is as a Delta log has it, where the answer came in the delta format: then its lines are <see cref="DeltaFileLine"/>s.</summary>
    public DeltaDescription? Delta { get; private set; }

    /// <summary>What a reader must know.</summary>
    public ProtocolLine Protocol { get; private set; } = null!;

    /// <summary>Schema, partition columns and the like.</summary>
    public MetadataLine Metadata { get; private set; } = null!;

    /// <summary>The last line of the last page, where there was one; known after all lines are read.</summary>
    public EndStreamLine? EndStream { get; private set; }

    internal static async Task<TableStream> OpenAsync(
        Func<AnswerPage, CancellationToken, Task<Answer>> ask,
        DeltaSharingClientOptions options,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var stream = new TableStream(ask, await ask(default, cancellationToken).ConfigureAwait(false), options, time);
        try
        {
            await stream.BeginAsync(pageToken: null, cancellationToken).ConfigureAwait(false);
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
            answer = await ask(new AnswerPage(token, queryId), cancellationToken).ConfigureAwait(false);
            await BeginAsync(token, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        lifetime.Dispose();
    }

    private async Task BeginAsync(string? pageToken, CancellationToken cancellationToken)
    {
        var isFirst = Protocol is null;
        var first = await OpenPageAsync(cancellationToken).ConfigureAwait(false);
        if (first is QueryStatusLine status)
            first = await WaitForAsync(status, pageToken, cancellationToken).ConfigureAwait(false);
        var version = answer.TableVersion();
        if (!isFirst && version != Version)
            throw answer.Malformed($"the next page to be of version {Version}, got version {version}");
        Version = version;
        var second = await NextAsync(cancellationToken).ConfigureAwait(false);
        var delta = TableHead.ReadDelta(answer, options, first, second);
        var (protocol, metadata) = delta is null ? TableHead.ReadParquet(answer, first, second) : TableHead.Of(delta);
        if (!isFirst && (metadata.Id != Metadata.Id || metadata.SchemaString != Metadata.SchemaString || delta is null != Delta is null))
            throw answer.Malformed("the next page to have the same metadata");
        (Protocol, Metadata, Delta) = (protocol, metadata, delta);
    }

    private async Task<SharingLine?> OpenPageAsync(CancellationToken cancellationToken)
    {
        body = await answer.OpenAsync(cancellationToken).ConfigureAwait(false);
        lines = NdjsonReader.ReadAsync(body, options.MaxLineBytes, lifetime.Token).GetAsyncEnumerator(lifetime.Token);
        return await NextAsync(cancellationToken).ConfigureAwait(false);
    }

    // The first line of the page once it is prepared. Under the id of the query, only the token says which page that is.
    private async Task<SharingLine?> WaitForAsync(QueryStatusLine status, string? pageToken, CancellationToken cancellationToken)
    {
        if (!options.AsyncQueries)
            throw answer.Malformed("an answer, since no client asked for one that is prepared");
        var began = time.GetTimestamp();
        var delay = TimeSpan.FromMilliseconds(250);
        queryId = answer.CheckToken(status.QueryId);
        while (true)
        {
            // Other servers tell a failure as a status of its own; what its message is called nobody has said.
            if (!status.Status.Equals(QueryStatusLine.Pending, StringComparison.OrdinalIgnoreCase))
                throw new DeltaSharingException(
                    DeltaSharingError.ServerFailed,
                    $"{answer.Source}: expected the query to be pending, got '{ServerText.Clip(status.Status)}'."
                )
                {
                    RequestId = RequestId,
                };
            if (!status.QueryId.Equals(queryId, StringComparison.Ordinal))
                throw answer.Malformed("the same queryId as before");
            if (time.GetElapsedTime(began) > options.MaxQueryTime)
                throw new DeltaSharingException(DeltaSharingError.Timeout, $"{answer.Source}: expected the answer within {options.MaxQueryTime}, got none.")
                {
                    RequestId = RequestId,
                    IsTransient = true,
                };
            await CloseAsync().ConfigureAwait(false);
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < options.MaxPollDelay ? delay * 2 : options.MaxPollDelay;
            answer = await ask(new AnswerPage(pageToken, queryId), cancellationToken).ConfigureAwait(false);
            var line = await OpenPageAsync(cancellationToken).ConfigureAwait(false);
            if (line is not QueryStatusLine next)
                return line;
            status = next;
        }
    }

    private async Task<SharingLine?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The reader lives longer than the call that is under way, so it cannot take that call's token.
            cancellationToken.ThrowIfCancellationRequested();
            using var cancelled = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), lifetime);
            if (!await lines!.MoveNextAsync().ConfigureAwait(false))
                return null;
            return ++lineCount <= options.MaxLines ? lines.Current : throw answer.TooLarge($"at most {options.MaxLines} lines");
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
            throw new DeltaSharingException(DeltaSharingError.ServerFailed, $"{answer.Source}: the server failed on the way: {ServerText.Clip(message)}")
            {
                Status = EndStream.HttpStatusErrorCode,
                RequestId = RequestId,
                IsTransient = EndStream.HttpStatusErrorCode is null or 429 or >= 500,
            };
        if (string.IsNullOrEmpty(EndStream?.NextPageToken))
            return null;
        return pageTokens.Add(EndStream.NextPageToken, answer);
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
