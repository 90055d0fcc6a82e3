using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Tideway.DeltaSharing.Client.Credentials;
using Tideway.DeltaSharing.Client.Transport;
using Tideway.DeltaSharing.Client.Volumes;
using Tideway.DeltaSharing.Protocol;
using Tideway.DeltaSharing.Protocol.Credentials;
using Tideway.DeltaSharing.Protocol.Listing;

namespace Tideway.DeltaSharing.Client;

/// <summary>
/// Reads what a Delta Sharing server shares with the owner of a profile. Every failure is a <see cref="DeltaSharingException"/>. Safe to use
/// from several threads.
/// </summary>
/// <remarks>Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md</remarks>
public sealed class DeltaSharingClient
{
    private static readonly ProductInfoHeaderValue Agent = new("Tideway", typeof(DeltaSharingClient).Assembly.GetName().Version!.ToString(3));

    private static readonly StringWithQualityHeaderValue Gzip = new("gzip");

    private readonly Uri endpoint;
    private readonly DeltaSharingClientOptions options;
    private readonly RequestSender sender;
    private readonly TimeProvider time;

    /// <summary>A client of the server in <paramref name="profile"/>.</summary>
    /// <param name="http">Sends the requests; best made with <see cref="SharingHandler.Create"/>. It stays the caller's.</param>
    /// <param name="profile">Where the server is and the credential for it.</param>
    /// <param name="options">How far it is trusted and waited for.</param>
    /// <param name="time">Measures timeouts and waits.</param>
    /// <exception cref="DeltaSharingException">
    /// <see cref="DeltaSharingError.AddressRefused"/>: an address in the profile is not encrypted, and the options do not allow that;
    /// <see cref="DeltaSharingError.CredentialRefused"/>: the credential cannot be used from here.
    /// </exception>
    public DeltaSharingClient(HttpClient http, SharingProfile profile, DeltaSharingClientOptions? options = null, TimeProvider? time = null)
        : this(http, profile?.Endpoint!, SharingCredential.Of(http, profile!, options, time), options, time) { }

    /// <summary>A client of the server at <paramref name="endpoint"/> with a credential that is shared with other clients, which so share its tokens.</summary>
    /// <param name="http">As above.</param>
    /// <param name="endpoint">The server's prefix.</param>
    /// <param name="credential">Goes on every request.</param>
    /// <param name="options">As above.</param>
    /// <param name="time">As above.</param>
    /// <exception cref="DeltaSharingException"><see cref="DeltaSharingError.AddressRefused"/>: the server's address is not encrypted, and the options do not allow that.</exception>
    public DeltaSharingClient(HttpClient http, Uri endpoint, SharingCredential credential, DeltaSharingClientOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(credential);
        this.endpoint = endpoint;
        this.options = options ?? new DeltaSharingClientOptions();
        UrlPolicy.Check(endpoint, this.options);
        this.time = time ?? TimeProvider.System;
        sender = new RequestSender(http, this.options, this.time, credential);
    }

    /// <summary>The shares.</summary>
    public IAsyncEnumerable<ShareItem> ListSharesAsync(CancellationToken cancellationToken = default) => ListAsync<ShareItem>("shares", cancellationToken);

    /// <summary>One share.</summary>
    public async Task<ShareItem> GetShareAsync(string share, CancellationToken cancellationToken = default)
    {
        using var answer = await GetAsync(SharedTableName.SharePath(share), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(answer, json => ShareAnswer.Parse(json).Share, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The schemas of a share.</summary>
    public IAsyncEnumerable<SchemaItem> ListSchemasAsync(string share, CancellationToken cancellationToken = default) =>
        ListAsync<SchemaItem>($"{SharedTableName.SharePath(share)}/schemas", cancellationToken);

    /// <summary>The tables of a schema.</summary>
    public IAsyncEnumerable<TableItem> ListTablesAsync(string share, string schema, CancellationToken cancellationToken = default) =>
        ListAsync<TableItem>($"{SharedTableName.SchemaPath(share, schema)}/tables", cancellationToken);

    /// <summary>The tables of all schemas of a share. A server that has no such list is asked for the schemas, and for the tables of each.</summary>
    public IAsyncEnumerable<TableItem> ListAllTablesAsync(string share, CancellationToken cancellationToken = default) =>
        AllTables.ListAsync(this, share, ListPagesAsync<TableItem>($"{SharedTableName.SharePath(share)}/all-tables", [], cancellationToken), cancellationToken);

    /// <summary>The volumes of a schema; only of servers that follow OpenSharing.</summary>
    public IAsyncEnumerable<VolumeItem> ListVolumesAsync(string share, string schema, CancellationToken cancellationToken = default) =>
        ListAsync<VolumeItem>($"{SharedTableName.SchemaPath(share, schema)}/volumes", cancellationToken);

    /// <summary>The volumes of all schemas of a share; only of servers that follow OpenSharing.</summary>
    public IAsyncEnumerable<VolumeItem> ListAllVolumesAsync(string share, CancellationToken cancellationToken = default) =>
        ListAsync<VolumeItem>($"{SharedTableName.SharePath(share)}/all-volumes", cancellationToken);

    /// <summary>One volume.</summary>
    public async Task<VolumeItem> GetVolumeAsync(SharedVolumeName volume, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(volume);
        using var answer = await GetAsync(volume.Path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(answer, VolumeItem.Parse, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The files of a volume: all, or the file or folder at a path with what is below it. Only of servers that list files, as Tideway does; of others take
    /// <see cref="GetTemporaryVolumeCredentialsAsync"/>, and read the store itself.
    /// </summary>
    /// <param name="volume">The volume.</param>
    /// <param name="path">The path below the volume's folder; <see langword="null"/> for all of it.</param>
    /// <param name="withUrls">Whether each file comes with an address to read it by.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    public async IAsyncEnumerable<VolumeFile> ListVolumeFilesAsync(
        SharedVolumeName volume,
        string? path = null,
        bool withUrls = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(volume);
        var within = (path ?? "").TrimEnd('/');
        List<string> query = [];
        if (within.Length > 0)
            query.Add($"path={Uri.EscapeDataString(within)}");
        if (withUrls)
            query.Add("urls=true");
        await foreach (var item in ListAsync<VolumeFileItem>($"{volume.Path}/files", query, cancellationToken).ConfigureAwait(false))
        {
            if (
                VolumeFile.Of(item) is not { } file
                || !(within.Length == 0 || file.Path == within || file.Path.StartsWith(within + "/", StringComparison.Ordinal))
            )
                throw new DeltaSharingException(DeltaSharingError.MalformedAnswer, $"Expected files of {volume} below '{within}', got '{item.Path}'.");
            yield return file;
        }
    }

    /// <summary>One file of a volume, with an address to read it by; <see langword="null"/> where there is none.</summary>
    public async Task<VolumeFile?> FindVolumeFileAsync(SharedVolumeName volume, string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        await foreach (var file in ListVolumeFilesAsync(volume, path, withUrls: true, cancellationToken).ConfigureAwait(false))
            return file.Path == path ? file : null;
        return null;
    }

    /// <summary>Credentials with which the volume's folder is read from its store directly, where the server gives any.</summary>
    public async Task<LocationCredentials> GetTemporaryVolumeCredentialsAsync(SharedVolumeName volume, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(volume);
        using var answer = await sender
            .SendAsync(() => Create(HttpMethod.Post, $"{volume.Path}/temporary-volume-credentials"), cancellationToken)
            .ConfigureAwait(false);
        return await ReadAsync(answer, LocationCredentials.Parse, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// One table, with the format it is kept in. Only servers of OpenSharing have this call; others are <see cref="DeltaSharingError.NotFound"/>.
    /// </summary>
    /// <remarks>Protocol: https://github.com/OpenSharing-IO/OpenSharing/blob/main/spec/protocols/TABLES.md#get-table</remarks>
    public async Task<TableItem> GetTableAsync(SharedTableName table, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var answer = await GetAsync(table.Path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(answer, TableItem.Parse, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The latest version of a table, or the earliest that was made at or after a time.</summary>
    public async Task<TableVersion> GetTableVersionAsync(
        SharedTableName table,
        DateTimeOffset? startingTimestamp = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        var query = startingTimestamp is { } start ? $"?startingTimestamp={Uri.EscapeDataString(WireTimestamp.FormatAtOrAfter(start))}" : "";
        using var answer = await GetAsync($"{table.Path}/version{query}", cancellationToken).ConfigureAwait(false);
        return new TableVersion(answer.TableVersion(), answer.RequestId);
    }

    /// <summary>What a table is: now, at a version, or at a time.</summary>
    public async Task<TableMetadata> GetMetadataAsync(
        SharedTableName table,
        long? version = null,
        DateTimeOffset? timestamp = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        if (version is not null && timestamp is not null)
            throw new ArgumentException("Ask for a version or for a time, not for both.", nameof(timestamp));
        var query =
            version is { } v ? $"?version={v}"
            : timestamp is { } t ? $"?timestamp={Uri.EscapeDataString(WireTimestamp.Format(t))}"
            : "";
        var stream = await TableStream
            .OpenAsync(
                (_, token) => sender.SendAsync(() => Create(HttpMethod.Get, $"{table.Path}/metadata{query}", Capabilities()), token),
                options,
                time,
                cancellationToken
            )
            .ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
            return new TableMetadata(stream.Version, stream.Protocol, stream.Metadata, stream.RequestId) { Delta = stream.Delta };
    }

    /// <summary>
    /// The files of a table: of its latest state, of a version or a time, or those added and removed since a version, as the request says. With
    /// <see cref="QueryRequest.MaxFiles"/> the server answers in pages, which are joined. Where the server prepares the answer
    /// (<see cref="DeltaSharingClientOptions.AsyncQueries"/>), it is waited for.
    /// </summary>
    public Task<TableStream> QueryTableAsync(SharedTableName table, QueryRequest? request = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        var query = request ?? new QueryRequest();
        // The same for every attempt, so that a question that is asked again does not start the work again.
        if (options.AsyncQueries && query.IdempotencyKey is null)
            query = query with { IdempotencyKey = Guid.CreateVersion7().ToString() };
        return TableStream.OpenAsync((page, token) => sender.SendAsync(() => CreateQuery(table, query, page), token), options, time, cancellationToken);
    }

    /// <summary>The changes of a table's rows, as files.</summary>
    public Task<TableStream> GetChangesAsync(SharedTableName table, ChangesRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(request);
        return TableStream.OpenAsync((page, token) => sender.SendAsync(() => CreateChanges(table, request, page), token), options, time, cancellationToken);
    }

    /// <summary>
    /// Credentials of the store's own kind with which the folder of a table, or one below it, can be read without this server. Only tables whose
    /// <see cref="TableItem.AccessModes"/> name <c>dir</c> have them; others are <see cref="DeltaSharingError.InvalidRequest"/>.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="location">The folder, one of those that the server named or one below; the main one where absent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <remarks>Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md#generate-temporary-table-credential</remarks>
    public async Task<LocationCredentials> GetTemporaryTableCredentialsAsync(
        SharedTableName table,
        string? location = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        using var answer = await sender
            .SendAsync(() => CreatePost($"{table.Path}/temporary-table-credentials", new CredentialsRequest(location).ToJson()), cancellationToken)
            .ConfigureAwait(false);
        return await ReadAsync(answer, json => TableCredentialsAnswer.Parse(json).Credentials, cancellationToken).ConfigureAwait(false);
    }

    private IAsyncEnumerable<T> ListAsync<T>(string path, CancellationToken cancellationToken) => ListAsync<T>(path, [], cancellationToken);

    private async IAsyncEnumerable<T> ListAsync<T>(string path, IReadOnlyList<string> parameters, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ListPagesAsync<T>(path, parameters, cancellationToken).ConfigureAwait(false))
        {
            foreach (var item in page.Items)
                yield return item;
        }
    }

    private async IAsyncEnumerable<ListPage<T>> ListPagesAsync<T>(
        string path,
        IReadOnlyList<string> parameters,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var seen = new SeenTokens(options);
        string? pageToken = null;
        do
        {
            var query = pageToken is null ? parameters : [.. parameters, $"pageToken={Uri.EscapeDataString(pageToken)}"];
            var asked = query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
            ListPage<T> page;
            using (var answer = await GetAsync(asked, cancellationToken).ConfigureAwait(false))
            {
                page = await ReadAsync(answer, ListPage.Parse<T>, cancellationToken).ConfigureAwait(false);
                pageToken = page.NextPageToken;
                if (pageToken is not null)
                    seen.Add(pageToken, answer);
            }

            yield return page;
        } while (pageToken is not null);
    }

    private delegate T Parse<out T>(ReadOnlySpan<byte> json);

    private async Task<T> ReadAsync<T>(Answer answer, Parse<T> parse, CancellationToken cancellationToken)
    {
        var json =
            await answer.ReadAsync(options.MaxListBytes, cancellationToken).ConfigureAwait(false)
            ?? throw answer.TooLarge($"at most {options.MaxListBytes} bytes");
        try
        {
            return parse(json);
        }
        catch (SharingProtocolException exception)
        {
            throw answer.Malformed($"JSON of the protocol, got {answer.Response.Content.Headers.ContentType}. {exception.Message}", exception);
        }
    }

    private Task<Answer> GetAsync(string path, CancellationToken cancellationToken) => sender.SendAsync(() => Create(HttpMethod.Get, path), cancellationToken);

    private HttpRequestMessage CreateQuery(SharedTableName table, QueryRequest query, AnswerPage page)
    {
        var path = page.QueryId is { } id ? $"{table.Path}/queries/{Uri.EscapeDataString(id)}" : $"{table.Path}/query";
        var body = (page.QueryId, page.Token) switch
        {
            // What is prepared knows the rest of the question.
            ({ }, _) => new QueryRequest { MaxFiles = query.MaxFiles, PageToken = page.Token },
            // A refresh token is made for all pages by the first.
            (null, { } token) => query with { PageToken = token, IncludeRefreshToken = false, RefreshToken = null },
            _ => query,
        };
        return AskForIds(CreatePost(path, body.ToJson(), Capabilities() with { AsyncQuery = options.AsyncQueries }));
    }

    private HttpRequestMessage CreateChanges(SharedTableName table, ChangesRequest request, AnswerPage page) =>
        AskForIds(Create(HttpMethod.Get, $"{table.Path}/changes{request.ToQuery(page.Token)}", Capabilities()));

    private HttpRequestMessage AskForIds(HttpRequestMessage request)
    {
        if (options.FileIdHash is { } scheme)
            request.Headers.TryAddWithoutValidation(HeaderNames.FileIdHash, scheme.ToHeader());
        return request;
    }

    private HttpRequestMessage CreatePost(string path, byte[] body, SharingCapabilities? capabilities = null)
    {
        var request = Create(HttpMethod.Post, path, capabilities);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
        return request;
    }

    private SharingCapabilities Capabilities() =>
        new()
        {
            ResponseFormats = options.ResponseFormats,
            ReaderFeatures = options.ResponseFormats.HasFlag(ResponseFormats.Delta)
                ? options.ReaderFeatures.Select(feature => feature.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal)
                : new HashSet<string>(),
            IncludeEndStreamAction = true,
        };

    private HttpRequestMessage Create(HttpMethod method, string path, SharingCapabilities? capabilities = null)
    {
        var request = new HttpRequestMessage(method, new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{path}"));
        request.Headers.UserAgent.Add(Agent);
        request.Headers.AcceptEncoding.Add(Gzip);
        if (capabilities is not null)
            request.Headers.TryAddWithoutValidation(HeaderNames.Capabilities, capabilities.ToHeader());
        return request;
    }
}
