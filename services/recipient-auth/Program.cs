using Tideway.Contracts;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.RecipientAuth;

return await ProcessExit.OfAsync(async () =>
{
    var builder = TidewayHost.CreateBuilder(args, RecipientAuthStartup.Name, EventRouting.All);
    builder.AddRecipientAuth();
    var app = builder.Build();
    app.UseTideway();
    app.MapRecipientAuth();
    await app.RunAsync();
});
