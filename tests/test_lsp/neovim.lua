-- Run by test_neovim.py: attaches to the server as a user's configuration does, and writes what it saw.
local sqlgen, result = vim.env.SQLGEN, vim.env.RESULT
local seen = {}

local function until_(what, condition)
  if not vim.wait(60000, condition, 20) then
    error("waited in vain for " .. what)
  end
end

local ok, problem = pcall(function()
  vim.cmd("edit queries/patients.sql")
  local id = vim.lsp.start_client({ name = "sqlgen", cmd = { sqlgen, "lsp" }, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(0, id)
  until_("the client", function()
    local client = vim.lsp.get_client_by_id(id)
    return client and client.initialized and vim.lsp.buf_is_attached(0, id)
  end)

  -- Typed, and not saved: a column that no table has, of two UTF-16 code units.
  vim.api.nvim_buf_set_text(0, 4, 7, 4, 8, { "😀" })
  until_("an error", function() return #vim.diagnostic.get(0) > 0 end)
  seen.errors = vim.diagnostic.get(0)
  vim.cmd("undo")
  until_("no error", function() return #vim.diagnostic.get(0) == 0 end)

  vim.api.nvim_win_set_cursor(0, { 3, 10 })
  local place = vim.lsp.util.make_position_params()
  local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", place, 60000)
  seen.hover = answers[id].result.contents.value

  vim.lsp.buf.rename("find_patient")
  until_("the rename", function()
    return vim.api.nvim_buf_get_lines(0, 2, 3, true)[1]:find("find_patient", 1, true)
  end)
  seen.header = vim.api.nvim_buf_get_lines(0, 2, 3, true)[1]
  vim.cmd("buffer app.py")
  seen.app = vim.api.nvim_buf_get_lines(0, 0, -1, true)

  -- From the generated function back to its query, and the lines above functions.
  vim.cmd("edit generated/patients.py")
  vim.lsp.buf_attach_client(0, id)
  until_("the attachment", function() return vim.lsp.buf_is_attached(0, id) end)
  vim.fn.search("^def rename_patient")
  vim.cmd("normal! w")
  vim.lsp.codelens.refresh()
  until_("code lenses", function() return #vim.lsp.codelens.get(0) > 0 end)
  seen.lenses = vim.tbl_map(function(lens) return lens.command.title end, vim.lsp.codelens.get(0))
  vim.lsp.buf.definition()
  until_("the jump", function() return vim.fn.expand("%:t") == "patients.sql" end)
  seen.back = vim.fn.getline(".")
end)
seen.problem = not ok and tostring(problem) or nil
vim.fn.writefile({ vim.fn.json_encode(seen) }, result)
vim.cmd("qall!")
