using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Web;

public sealed class ErrorResponsesTests
{
    private static void Map(WebApplication app)
    {
        app.MapPost("/things", (Thing thing) => TypedResults.Ok(thing));
        app.MapGet("/things", (int? max_results) => TypedResults.Ok(max_results));
        app.MapGet("/needed", (string name) => TypedResults.Ok(name));
        app.MapGet("/broken", string () => throw new InvalidOperationException("secret inside"));
        app.MapGet("/nothing", () => TypedResults.NotFound());
    }

    [Fact]
    public async Task An_exception_is_500_without_its_text()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, problem, text) = await GetAsync(process, "/broken");

        status.ShouldBe(HttpStatusCode.InternalServerError);
        problem.GetProperty("error_code").GetString().ShouldBe("INTERNAL_ERROR");
        text.ShouldNotContain("secret inside");
        text.ShouldNotContain("InvalidOperationException");
    }

    [Fact]
    public async Task An_unknown_route_is_404_with_a_problem_body()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, problem, _) = await GetAsync(process, "/no/such/route");

        status.ShouldBe(HttpStatusCode.NotFound);
        problem.GetProperty("error_code").GetString().ShouldBe("ENDPOINT_NOT_FOUND");
        problem.GetProperty("message").GetString().ShouldBe("There is no endpoint GET /no/such/route.");
        problem.GetProperty("status").GetInt32().ShouldBe(404);
    }

    [Fact]
    public async Task A_bare_status_of_a_handler_gets_a_problem_body()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, problem, _) = await GetAsync(process, "/nothing");

        status.ShouldBe(HttpStatusCode.NotFound);
        problem.GetProperty("error_code").GetString().ShouldBe("RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_wrong_method_is_405_with_a_problem_body()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        using var response = await process.Client.DeleteAsync("/things");

        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync()).ShouldContain("METHOD_NOT_ALLOWED");
    }

    [Theory]
    [InlineData("""{"name": }""", "not valid JSON at $.name (line 1, byte 10)")]
    [InlineData("", "A JSON body was expected, got none.")]
    [InlineData("null", "A JSON body was expected, got none.")]
    [InlineData("""{"max_size": 3}""", "lacks required members at $: 'name'")]
    [InlineData("""{"name": null, "max_size": 3}""", "must not be null")]
    [InlineData("""{"name": "a", "max_size": "many"}""", "at $.max_size: expected a whole number from -2147483648 to 2147483647.")]
    [InlineData("""{"name": "a", "max_size": 2147483648}""", "at $.max_size: expected a whole number from -2147483648 to 2147483647.")]
    [InlineData("""{"name": "a", "colour": "PINK"}""", "wrong kind of value at $.colour: expected a value of another kind")]
    [InlineData("[]", "wrong kind of value at $")]
    public async Task A_body_that_is_not_what_was_expected_is_400_and_says_where(string body, string expected)
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, problem, text) = await PostAsync(process, body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem.GetProperty("error_code").GetString().ShouldBe("INVALID_PARAMETER_VALUE");
        problem.GetProperty("message").GetString()!.ShouldContain(expected);
        text.ShouldNotContain("Tideway.");
        text.ShouldNotContain("System.");
    }

    [Theory]
    [InlineData("/things?max_results=abc", "max_results: expected a whole number from -2147483648 to 2147483647, got 'abc'.")]
    [InlineData("/things?max_results=99999999999", "max_results: expected a whole number from -2147483648 to 2147483647, got '99999999999'.")]
    [InlineData("/needed", "name is required: it was expected in the query string.")]
    public async Task A_parameter_that_is_not_what_was_expected_is_400_and_is_named(string path, string expected)
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, problem, _) = await GetAsync(process, path);

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem.GetProperty("message").GetString().ShouldBe(expected);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, problem, _) = await PostAsync(process, $$"""{"name": "{{new string('a', 1024 * 1024)}}"}""");

        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        problem.GetProperty("error_code").GetString().ShouldBe("RESOURCE_LIMIT_EXCEEDED");
    }

    [Fact]
    public async Task A_body_that_is_not_json_is_415()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        using var content = new StringContent("name=a", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await process.Client.PostAsync("/things", content);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await response.Content.ReadAsStringAsync()).ShouldContain("INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task Json_is_snake_case_with_enums_as_text_and_without_nulls_and_ignores_unknown_members()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        var (status, _, text) = await PostAsync(process, """{"name": "a", "colour": "DARK_BLUE", "unheard_of": {"x": 1}}""");

        status.ShouldBe(HttpStatusCode.OK);
        text.ShouldBe("""{"name":"a","max_size":0,"colour":"DARK_BLUE"}""");
    }

    [Fact]
    public async Task The_server_does_not_name_itself()
    {
        await using var process = await TestProcess.StartAsync(map: Map);

        using var response = await process.Client.GetAsync("/things");

        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task A_problem_is_json_whatever_the_caller_accepts()
    {
        await using var process = await TestProcess.StartAsync(map: Map);
        process.Client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        var (_, problem, _) = await GetAsync(process, "/broken");

        problem.GetProperty("error_code").GetString().ShouldBe("INTERNAL_ERROR");
    }

    private static async Task<(HttpStatusCode, JsonElement, string)> GetAsync(TestProcess process, string path)
    {
        using var response = await process.Client.GetAsync(path);
        return await ReadAsync(response);
    }

    private static async Task<(HttpStatusCode, JsonElement, string)> PostAsync(TestProcess process, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await process.Client.PostAsync("/things", content);
        return await ReadAsync(response);
    }

    private static async Task<(HttpStatusCode, JsonElement, string)> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        return (response.StatusCode, JsonDocument.Parse(text).RootElement, text);
    }

    private enum Colour
    {
        LightGreen,
        DarkBlue,
    }

    private sealed record Thing
    {
        public required string Name { get; init; }

        public int MaxSize { get; init; }

        public Colour? Colour { get; init; }

        public string? Comment { get; init; }
    }
}
